import 'server-only';
import type { ErrorBody, ErrorCode } from '@/lib/contracts/error';

/** HTTP status of each error code. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  not_configured: 422,
  upstream_unreachable: 502,
  upstream_rejected: 502,
  upstream_malformed: 502,
  upstream_timeout: 504,
  storage_unavailable: 503,
  internal: 500,
};

export interface AppErrorDetails {
  /** Configured name of the source to blame. */
  source?: string;
  fields?: Record<string, string>;
  position?: { line: number; column: number };
  cause?: unknown;
}

/** An error somebody may read: `message` says what failed and what to do, and holds no secret. Everything else is `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: AppErrorDetails;

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return STATUS[this.code];
  }

  /** The body on the wire. */
  toBody(): ErrorBody {
    const { source, fields, position } = this.details;
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(source === undefined ? {} : { source }),
        ...(fields === undefined ? {} : { fields }),
        ...(position === undefined ? {} : { position }),
      },
    };
  }
}
