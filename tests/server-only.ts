// The bundler refuses server-only modules in a browser build; the test runner has no such boundary.
export {};
