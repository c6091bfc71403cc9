// @ts-check

/**
 * How something went from snapshot to snapshot, drawn by uPlot. What is drawn also stands in a table beside it: a canvas
 * says nothing to a reader of the screen, and a number is easier to quote than a line.
 */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { size } from '../numbers.js';

/** @param {string} name of a custom property */
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * @param {object} props
 * @param {string} props.label
 * @param {number[]} props.values one for each snapshot
 * @param {string[]} props.names of the snapshots
 * @param {(value: number) => string} props.show
 */
function Growth({ label, values, names, show }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const told = values.map((value, index) => `${names[index]}: ${show(value)}`).join(', ');
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    /** @type {uPlot | undefined} */
    let plot;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        optionsFor(element.clientWidth, label, names, show),
        [values.map((_, at) => at), values],
        element,
      );
    };
    draw();
    const seen = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    seen.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    addEventListener('themechange', draw);
    scheme.addEventListener('change', draw);
    return () => {
      seen.disconnect();
      removeEventListener('themechange', draw);
      scheme.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [told]);
  return (
    <figure class="chart">
      <figcaption>{label}</figcaption>
      <div ref={place} role="img" aria-label={`${label}. ${told}`} class="chart-canvas" />
    </figure>
  );
}

const HEIGHT = 190;

/**
 * @param {number} width
 * @param {string} label
 * @param {string[]} names
 * @param {(value: number) => string} show
 * @returns {uPlot.Options}
 */
function optionsFor(width, label, names, show) {
  const [line, fill, grid, text] = ['--accent', '--accent-soft', '--line', '--quiet'].map(color);
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return {
    width,
    height: HEIGHT,
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { show: false },
    padding: [12, 16, 0, 0],
    scales: {
      x: { time: false, range: (_, from, to) => [from - 0.15, to + 0.15] },
      y: { range: (_, from, to) => [Math.min(0, from), to <= 0 ? 1 : to * 1.12] },
    },
    series: [
      {},
      { label, stroke: line, fill, width: 2, points: { show: true, size: 8, fill: line, stroke: line } },
    ],
    axes: [
      {
        font,
        stroke: text,
        grid: { show: false },
        ticks: { show: false },
        splits: () => names.map((_, index) => index),
        values: (_, splits) => splits.map((at) => fitted(names[at] ?? '', width / names.length)),
      },
      {
        font,
        stroke: text,
        size: 76,
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        values: (_, splits) =>
          splits.map((value) => (Number.isInteger(value) || show === size ? show(value) : '')),
      },
    ],
  };
}

/** As much of a name as its stretch of the axis has room for. @param {string} name @param {number} width */
function fitted(name, width) {
  const most = Math.max(3, Math.floor(width / 8));
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

/**
 * A line without words, as small as a word. @param {{ values: number[], grade: string }} props
 */
function Spark({ values, grade }) {
  const [width, height, edge] = [96, 30, 4];
  const most = Math.max(...values, 1);
  const x = (/** @type {number} */ at) => edge + (at * (width - 2 * edge)) / Math.max(1, values.length - 1);
  const y = (/** @type {number} */ value) => height - edge - (value / most) * (height - 2 * edge);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  const last = values.length - 1;
  return (
    <svg
      class={`spark spark-${grade}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden="true"
    >
      <polygon points={`${x(0)},${height - edge} ${points.join(' ')} ${x(last)},${height - edge}`} />
      <polyline points={points.join(' ')} />
      <circle cx={x(last)} cy={y(values[last])} r="3" />
    </svg>
  );
}

export { Growth, Spark };
