'use client';

import { Component, type ReactNode } from 'react';
import { FailureLine } from '@/components/ui/FailureLine';

interface Props {
  /** Of the pin that is drawn. */
  id: string;
  children: ReactNode;
}

interface State {
  /** What was thrown while drawing; null while nothing was. */
  failure: string | null;
}

/**
 * A pin's panels, or why this console cannot draw them. A document of another release may lack what a panel counts on;
 * then the page around, a timeline with other pins, goes on. A class, since React asks for one to catch.
 */
export class DrawnOrSaid extends Component<Props, State> {
  override state: State = { failure: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <FailureLine>
        The hash of this pin is right, and this console cannot draw what it holds. This is a fault of the console, and
        what to report is: {failure}. What was stored{' '}
        <a
          className="link"
          href={`/api/evidence/${encodeURIComponent(this.props.id)}`}
          target="_blank"
          rel="noreferrer"
        >
          can be read as JSON
        </a>
        .
      </FailureLine>
    );
  }
}
