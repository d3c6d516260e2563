import type { NextConfig } from 'next';

const developing = process.env.NODE_ENV === 'development';

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // Next.js starts its pages with inline scripts; evaluating text is for its development server alone.
  `script-src 'self' 'unsafe-inline'${developing ? " 'unsafe-eval'" : ''}`,
  // ECharts and React place things with inline styles.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  `connect-src 'self'${developing ? ' ws:' : ''}`,
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = [
  { key: 'Content-Security-Policy', value: CONTENT_SECURITY_POLICY },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  // Addresses hold model names and queries; other sites need none of them.
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
];

const config: NextConfig = {
  // `next start` cannot serve a standalone build; an image of a container asks for one.
  ...(process.env.WINDSOCK_STANDALONE === '1' ? { output: 'standalone' as const } : {}),
  outputFileTracingIncludes: {
    '/**': [
      './prisma/**/*',
      './checklists/**/*',
      './node_modules/@prisma/schema-engine-wasm/**/*',
      './node_modules/@libsql/**/*',
    ],
  },
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  // Native parts, WebAssembly read from disk, and worker threads found by path do not survive a bundler.
  serverExternalPackages: [
    '@libsql/client',
    'libsql',
    '@prisma/adapter-libsql',
    '@prisma/adapter-pg',
    '@prisma/client',
    '@prisma/schema-engine-wasm',
    'pg',
    'pino',
    're2js',
  ],
  // The type check is a test of its own, over everything; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  headers: async () => [{ source: '/:path*', headers: SECURITY_HEADERS }],
};

export default config;
