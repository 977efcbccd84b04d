// Draws every icon again from its SVG: node resources/render-icons.mjs
// Needs Chromium: the one named by the environment variable CHROMIUM, else the first one found on the path.

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const here = new URL('./', import.meta.url);
const names = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of names) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // The next one.
    }
  }
  throw new Error('No Chromium found; set CHROMIUM.');
}

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();

/**
 * @param {string} svg
 * @param {number} pixels
 * @param {string} file
 */
async function draw(svg, pixels, file) {
  await page.setViewportSize({ width: pixels, height: pixels });
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${pixels}px;height:${pixels}px}</style>${svg}`,
  );
  await writeFile(new URL(file, here), await page.screenshot({ omitBackground: true }));
}

const svgOf = (name) => readFile(new URL(`svg/${name}.svg`, here), 'utf8');
await mkdir(new URL('icons/', here), { recursive: true });
await mkdir(new URL('tray/', here), { recursive: true });

const large = await svgOf('icon');
const small = await svgOf('icon-small');
for (const pixels of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
  await draw(pixels <= 32 ? small : large, pixels, `icons/${pixels}x${pixels}.png`);
}
// What electron-builder makes the formats of macOS and Windows from.
await draw(large, 1024, 'icon.png');

const tray = await svgOf('tray');
const states = ['idle', 'active', 'paused', 'problem'];
const looks = [
  { name: (state) => `${state}Template`, colour: () => '#000' },
  { name: (state) => `${state}-on-light`, colour: (state) => (state === 'problem' ? '#c62f2f' : '#26292b') },
  { name: (state) => `${state}-on-dark`, colour: (state) => (state === 'problem' ? '#ff8f85' : '#f2f2f0') },
];
for (const state of states) {
  const others = states.filter((other) => other !== state).map((other) => `[data-state=${other}]`);
  for (const { name, colour } of looks) {
    const svg = `<style>svg{color:${colour(state)}}${others.join(',')}{display:none}</style>${tray}`;
    await draw(svg, 16, `tray/${name(state)}.png`);
    await draw(svg, 32, `tray/${name(state)}@2x.png`);
  }
}
await browser.close();
