import type { Token, TraceqlError } from './lexer';
import { parseError, tokenize, tokenName } from './lexer';

/** A place in the token list, with the server's words for what is unexpected there. */
export class TokenReader {
  readonly query: string;
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(query: string) {
    this.query = query;
    this.tokens = tokenize(query);
  }

  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)];
    if (token === undefined) throw parseError(this.query, this.query.length, 'syntax error: unexpected $end');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  /** Whether the next token is this word or symbol. */
  at(text: string): boolean {
    const token = this.peek();
    return (token.kind === 'symbol' || token.kind === 'word') && token.text === text;
  }

  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.position++;
    return true;
  }

  /** `named` is false where the grammar allows so many tokens that the server does not list them. */
  expect(text: string, named = true): void {
    if (!this.take(text)) throw this.unexpected(named ? text : null);
  }

  unexpected(expecting: string | null = null): TraceqlError {
    const token = this.peek();
    const tail = expecting === null ? '' : `, expecting ${expecting}`;
    return parseError(this.query, token.at, `syntax error: unexpected ${tokenName(token)}${tail}`);
  }
}
