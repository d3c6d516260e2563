/** The little that the three engines share of HTTP: each engine is a function from a request to an answer. */

export interface LabRequest {
  method: string;
  /** Path below the engine's base address, for example `/api/v1/query_range`. */
  path: string;
  /** Query string and, for form posts, body parameters merged. */
  params: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
  nowMs: number;
}

export interface LabAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type LabEngine = (request: LabRequest) => LabAnswer | Promise<LabAnswer>;

/** Numbers that are not finite become null, as JSON.stringify writes them: an engine writes those as text itself. */
export const jsonAnswer = (status: number, body: unknown): LabAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Plain text in UTF-8, as the engines answer errors and probes. */
export const textAnswer = (status: number, body: string): LabAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});
