// @ts-check

/** Places in source: the file with its line to copy, and the lines themselves where they could be read. */

import { useState } from 'preact/hooks';
import { placeText, shortFile } from '../numbers.js';

/** @param {{ place: any, whole?: boolean }} props */
function PlaceName({ place, whole = false }) {
  const [copied, setCopied] = useState(false);
  const text = placeText(place);
  const shown = whole ? text : placeText({ ...place, file: shortFile(place.file) });
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1500);
      },
      () => undefined,
    );
  return (
    <span class="place">
      <code title={text}>{shown}</code>
      {place.function ? <span class="quiet"> {place.function}()</span> : null}
      {place.package ? <span class="quiet"> ({place.package})</span> : null}
      {navigator.clipboard ? (
        <button type="button" class="copy" onClick={copy} aria-label={`Copy ${text}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      ) : null}
    </span>
  );
}

/** Lines around a place that is not the first. */
const GLANCE = 2;

/**
 * The lines around places of one file, each place's line marked with what happens there.
 * @param {{ file: string, places: Array<{ place: any, label: string, short: string }>, sources: Record<string, { from: number, lines: string[] }> }} props
 */
function Excerpt({ file, places, sources }) {
  /** @type {Map<number, string>} */
  const lines = new Map();
  for (const [rank, { place }] of places.entries()) {
    const { from = 0, lines: found = [] } = sources[`${file}:${place.line}`] ?? {};
    for (const [index, text] of found.entries()) {
      // The first place is what one came for; of the others a glance will do, so that it stays in sight.
      if (rank === 0 || Math.abs(from + index - place.line) <= GLANCE) lines.set(from + index, text);
    }
  }
  const numbers = inOrder([...lines.keys()], places);
  return (
    <figure class="excerpt">
      <figcaption>
        {places.map(({ place, label }) => (
          <div key={label}>
            <span class="excerpt-label">{label}</span> <PlaceName place={place} />
          </div>
        ))}
      </figcaption>
      {numbers.length > 0 ? (
        <pre tabIndex={0} aria-label={`Lines of ${file}`}>
          {numbers.map((number, index) => {
            const here = places.filter(({ place }) => place.line === number);
            const text = lines.get(number) || ' ';
            return (
              <>
                {index > 0 && numbers[index - 1] !== number - 1 ? (
                  <span class="line line-gap">
                    <span class="line-number">⋮</span>
                    {'\n'}
                  </span>
                ) : null}
                <span key={number} class={here.length > 0 ? 'line marked' : 'line'}>
                  <span class="line-number" aria-hidden="true">
                    {number}
                  </span>
                  {here.length > 0 ? <mark>{text}</mark> : text}
                  {here.map(({ label, short }) => (
                    <span key={label} class="line-label">
                      {short}
                    </span>
                  ))}
                  {'\n'}
                </span>
              </>
            );
          })}
        </pre>
      ) : null}
    </figure>
  );
}

/**
 * Stretches of lines: the one with the first place comes first.
 * @param {number[]} numbers
 * @param {Array<{ place: any }>} places
 */
function inOrder(numbers, places) {
  /** @type {number[][]} */
  const stretches = [];
  for (const number of numbers.sort((a, b) => a - b)) {
    const last = stretches[stretches.length - 1];
    if (last && last[last.length - 1] === number - 1) last.push(number);
    else stretches.push([number]);
  }
  const rank = (/** @type {number[]} */ stretch) =>
    places.findIndex(({ place }) => stretch.includes(place.line));
  return stretches.sort((a, b) => rank(a) - rank(b)).flat();
}

export { PlaceName, Excerpt };
