import type { Labels, LogEntry } from '../stores';
import { completedUs, type LoggedRequest, loggedRequest, ownMetadata, predictionLine } from './log-lines';
import type { RequestWindow } from './window';
import type { World } from './world';

/** A log entry that knows its time as a number; `line` is written when it is read. */
export interface FleetEntry extends LogEntry {
  us: number;
}

const NO_METADATA: Labels = {};

/** A finished line. */
export class TextEntry implements FleetEntry {
  constructor(
    readonly us: number,
    readonly line: string,
    readonly structuredMetadata: Labels = NO_METADATA,
  ) {}

  get timeNs(): bigint {
    return BigInt(this.us) * 1000n;
  }
}

/** What was last printed: a reader asks an entry for its line and metadata several times before it goes on. */
const printed: {
  entry: RequestEntry | null;
  request: LoggedRequest | null;
  line: string | null;
  metadata: Labels | null;
} = {
  entry: null,
  request: null,
  line: null,
  metadata: null,
};

/** A line that is printed from its request when somebody reads it: counting lines then costs no text. */
export class RequestEntry implements FleetEntry {
  constructor(
    private readonly world: World,
    private readonly requests: RequestWindow,
    private readonly index: number,
  ) {}

  get us(): number {
    return completedUs(this.requests, this.index);
  }

  get timeNs(): bigint {
    return BigInt(this.us) * 1000n;
  }

  get line(): string {
    const request = this.request();
    printed.line ??= predictionLine(this.world, request);
    return printed.line;
  }

  get structuredMetadata(): Labels {
    const request = this.request();
    printed.metadata ??= ownMetadata(this.world, request);
    return printed.metadata;
  }

  private request(): LoggedRequest {
    if (printed.entry === this && printed.request !== null) return printed.request;
    const request = loggedRequest(this.world, this.requests, this.index);
    Object.assign(printed, { entry: this, request, line: null, metadata: null });
    return request;
  }
}
