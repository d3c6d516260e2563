import { ConfigError } from '../../lib/server/config/problems';
import { AppError } from '../../lib/server/errors';
import { type CommandEntry, say, UsageError } from './command';
import { COMMANDS } from './commands';

/** `npx windsock COMMAND …`: finds the command, runs it, and says what went wrong in one sentence. */

const usageOf = ({ name, usage }: CommandEntry): string => `npx windsock ${name} ${usage}`.trim();

function help(): void {
  say('Usage: npx windsock COMMAND [OPTIONS]\n');
  for (const entry of COMMANDS) say(`  ${usageOf(entry).slice('npx windsock '.length)}\n      ${entry.summary}`);
  say('\nReads windsock.yaml, or the file that WINDSOCK_CONFIG names, as the console does.');
  say('Ends with 0 when done, 1 when it did not hold or could not be done, 2 when the words were wrong.');
}

async function main(words: readonly string[]): Promise<number> {
  if (words.length === 0 || words[0] === '--help' || words[0] === '-h' || words[0] === 'help') {
    help();
    return words.length === 0 ? 2 : 0;
  }
  const entry = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => words[index] === word));
  if (entry === undefined) {
    process.stderr.write(`windsock: there is no command "${words.slice(0, 2).join(' ')}".\n\n`);
    help();
    return 2;
  }
  const args = words.slice(entry.name.split(' ').length);
  if (args.includes('--help') || args.includes('-h')) {
    say(`Usage: ${usageOf(entry)}\n\n${entry.summary}`);
    return 0;
  }
  try {
    const command = await entry.load();
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`windsock: ${error.message}\nUsage: ${usageOf(entry)}\n`);
      return 2;
    }
    const expected = error instanceof AppError || error instanceof ConfigError;
    const text = expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`windsock: ${text}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
