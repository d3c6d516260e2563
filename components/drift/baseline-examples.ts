/** What a file looks like, form by form; each is taken as it stands here. */
export const BASELINE_EXAMPLES: readonly { name: string; text: string }[] = [
  {
    name: 'JSON, histograms (cumulative counts, as in Prometheus) and categories',
    text: `{"features": {
  "amount":  {"buckets": [{"le": 10, "count": 120}, {"le": 50, "count": 530}, {"le": "+Inf", "count": 600}]},
  "country": {"categories": {"DE": 400, "US": 200}}
}}`,
  },
  {
    name: 'CSV, histograms',
    text: `feature,le,count
amount,10,120
amount,50,530
amount,+Inf,600`,
  },
  {
    name: 'CSV, raw values, one row per training example',
    text: `amount,country
12.5,DE
310,US`,
  },
];
