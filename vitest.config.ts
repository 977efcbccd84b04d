import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

/**
 * One group for all projects, so that no processor idles while the last file of one of them runs. One more worker than
 * processors: whole clones and browsers wait as much as they compute.
 */
const maxWorkers = availableParallelism() + 1;

export default defineConfig({
  test: {
    projects: [
      {
        // Plain functions and parts: no browser, no built output.
        resolve: {
          alias: { electron: new URL('./test/support/electron-double.ts', import.meta.url).pathname },
        },
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/renderer/**', 'test/interop/**', 'test/e2e/**'],
          testTimeout: 20_000,
          // Repositories are built there.
          hookTimeout: 20_000,
          maxWorkers,
        },
      },
      {
        // Against the real git, its http-backend and other real servers.
        test: {
          name: 'interop',
          environment: 'node',
          include: ['test/interop/**/*.test.ts'],
          globalSetup: ['test/support/built.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        plugins: [svelte(), svelteTesting()],
        test: {
          name: 'dom',
          environment: 'happy-dom',
          // A page for each worker, not for each file: to make one takes longer than most of these tests.
          isolate: false,
          include: ['test/renderer/**/*.test.ts'],
          setupFiles: ['test/support/dom.ts'],
          maxWorkers,
        },
      },
      {
        // The built interface in Chromium, over the real carrier and the real engine process.
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/built.ts'],
          maxWorkers,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
