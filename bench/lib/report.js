// What a run found: a table for people, JSON for machines.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { takes } from './contenders.js';
import { canPin } from './pinning.js';
import { versionIn, versionOfRoot } from './versions.js';

/** The results as a Markdown table: the yardstick's figure, then each contender's ratio to it. */
export function formatTable(results, contenders, yardstick) {
  const measured = ({ name }) => name !== yardstick && results.some(({ summary }) => summary[name]);
  const others = contenders.filter(measured);
  const rows = [
    ['ratio to plain socket.io', 'socket.io', ...others.map(({ title }) => title)],
    ...results.map(({ title, unit, summary }) => [
      title,
      `${formatNumber(summary[yardstick].median)} ${unit}`,
      ...others.map(({ name }) => formatRatio(summary[name])),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

/** The median, and in brackets the rounds' lowest and highest. */
function formatRatio(entry) {
  if (!entry) return '';
  const range =
    entry.samples.length > 1 ? ` (${entry.ratioMin.toFixed(2)} to ${entry.ratioMax.toFixed(2)})` : '';
  return entry.ratio.toFixed(2) + range;
}

/** Which frameworks of others are not measured in which scenarios, and why. */
export function leftOutOf(contenders, scenarios) {
  return contenders
    .filter(({ leftOut }) => leftOut !== undefined)
    .map((contender) => ({
      name: contender.name,
      title: contender.title,
      scenarios: scenarios.filter((scenario) => !takes(contender, scenario)).map(({ name }) => name),
      reason: contender.leftOut,
    }))
    .filter((one) => one.scenarios.length > 0);
}

export function formatLeftOut(leftOut) {
  return leftOut.map(
    ({ title, scenarios, reason }) => `Not measured of ${title} (${reason}): ${scenarios.join(', ')}`,
  );
}

/** One line that belongs to each table that is shown around. */
export function formatMachine({ node, cpu, cores, pinned, versions }) {
  const packages = Object.entries(versions).filter(([, version]) => version);
  const parts = [`node ${node}`, ...packages.map(([name, version]) => `${name} ${version}`)];
  return `${parts.join(', ')}; ${cpu}, ${cores} cores, ${pinned ? 'pinned' : 'not pinned'}`;
}

export function formatNumber(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** What the figures depend on, beside the code. */
export function describeMachine(contenders) {
  const peers = contenders.filter(({ folder }) => folder);
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    pinned: canPin,
    versions: {
      'socket.io': versionOfRoot('socket.io'),
      zod: versionOfRoot('zod'),
      ...Object.fromEntries(peers.map(({ folder, versionOf }) => [versionOf, versionIn(folder, versionOf)])),
    },
  };
}

/** Writes the results as JSON and makes the folder if need be. */
export function writeResults(file, results) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
