/** An error as the API answers it: `{status: "error", errorType, error}` with this HTTP status. */
export class ApiError extends Error {
  readonly status: number;
  readonly errorType: string;

  constructor(status: number, errorType: string, message: string) {
    super(message);
    this.status = status;
    this.errorType = errorType;
  }
}

/** A request that cannot be meant: 400, `bad_data`. */
export const badData = (message: string): ApiError => new ApiError(400, 'bad_data', message);

/** An evaluation that failed: 422 with the engine's own text. */
export class ExecutionError extends ApiError {
  constructor(message: string) {
    super(422, 'execution', message);
  }
}

/** Something of Prometheus that the lab leaves out, said as such. */
export const unsupported = (what: string): ApiError =>
  new ApiError(422, 'execution', `the lab does not support ${what}`);

/** A query that does not parse; `error` texts read `1:5: parse error: …`. */
export class ParseError extends Error {
  constructor(query: string, position: number, problem: string) {
    const before = query.slice(0, position);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    // Prometheus counts bytes.
    const column = Buffer.byteLength(before.slice(lineStart)) + 1;
    super(`${line}:${column}: parse error: ${problem}`);
  }
}
