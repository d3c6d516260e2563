/** Cases of the corpus whose answer the lab gives differently, each with its reason. `stats` blocks are not compared at all. */
export const lokiDifferences: readonly { case: string; reason: string }[] = [];
