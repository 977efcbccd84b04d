import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

// Chunks stay flat beside the entries: the engine process and workers are found by a path relative to their parent.
const flat = { chunkFileNames: '[name].js' };

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          electron: 'main/electron.ts',
          cli: 'main/cli.ts',
          'engine-process': 'main/engine-process.ts',
          askpass: 'main/askpass.ts',
          'pack-follow-worker': 'main/platform/pack-follow-worker.ts',
          'walk-thread': 'main/walk-thread.ts',
          'pack-tools-worker': 'main/platform/pack-tools-worker.ts',
        },
        output: flat,
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'preload/index.ts' },
        output: { format: 'cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [svelte({ configFile: '../svelte.config.js' })],
    build: {
      outDir: 'out/renderer',
      minify: true,
      rolldownOptions: { input: 'renderer/index.html' },
    },
  },
});
