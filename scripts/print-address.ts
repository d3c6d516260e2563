import { configPath, loadConfig } from '../lib/server/config';
import { ConfigError } from '../lib/server/config/problems';

/** Prints where the console should listen, as JSON, or why its configuration cannot be used. */
try {
  const { server, file } = loadConfig(configPath());
  console.log(JSON.stringify({ host: server.host, port: server.port, file }));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`windsock: ${error.message}`);
  process.exitCode = 1;
}
