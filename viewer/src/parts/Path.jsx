// @ts-check

/**
 * Why an object is alive: the way from a root to it, hop by hop, downwards. A long way shows its two ends, which say where
 * it comes from and what it leads to, and the middle when asked.
 */

import { useState } from 'preact/hooks';
import { thePage } from '../answers.js';
import { count, nodeName } from '../numbers.js';
import { linkTo } from '../route.js';
import { PlaceName } from './Source.jsx';

const LONGEST = 14;

/** @param {{ hops: any[], file?: number, label: string }} props */
function Path({ hops, file = thePage().files.length - 1, label }) {
  const [whole, setWhole] = useState(false);
  const long = hops.length > LONGEST && !whole;
  const shown = long ? [...hops.slice(0, LONGEST / 2), null, ...hops.slice(-LONGEST / 2)] : hops;
  return (
    <ol class="path" aria-label={label}>
      {shown.map((hop, index) =>
        hop === null ? (
          <li key="middle" class="path-middle">
            <button type="button" class="link" onClick={() => setWhole(true)}>
              … {count(hops.length - LONGEST)} more …
            </button>
          </li>
        ) : (
          <li key={index} class={index === shown.length - 1 ? 'path-end' : undefined}>
            <Hop hop={hop} first={index === 0} file={file} />
          </li>
        ),
      )}
    </ol>
  );
}

/** @param {{ hop: any, first: boolean, file: number }} props */
function Hop({ hop, first, file }) {
  const { node, text, place, repeats } = hop;
  // What the root points to is known by its own name: the edge has only a number.
  const words = (first && node.name) || text;
  const name = nodeName(node);
  const label = (
    <>
      {name.length > 60 ? `${name.slice(0, 59)}…` : name} <span class="object-id">@{node.id}</span>
    </>
  );
  return (
    <>
      <span class="hop-text">{words}</span>
      {repeats ? <span class="quiet"> {count(repeats)} times</span> : null}{' '}
      {thePage().mode === 'live' ? (
        <a class="hop-node" href={linkTo(['object', file, node.id])}>
          {label}
        </a>
      ) : (
        <span class="hop-node">{label}</span>
      )}
      {place ? (
        <span class="hop-place">
          <PlaceName place={place} />
        </span>
      ) : null}
    </>
  );
}

export { Path };
