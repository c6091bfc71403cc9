// @ts-check

/**
 * References that unfold: what an object refers to, and what those refer to, as far as one likes. What is below a row is
 * asked for when the row is opened.
 */

import { useState } from 'preact/hooks';
import { thePage, useAnswer } from '../answers.js';
import { ObjectName, SizeBar, Waiting } from './parts.jsx';
import { count, size } from '../numbers.js';

const FIRST = 30;

/**
 * @typedef {object} Props
 * @property {any[]} rows `{ name, kind, node }`
 * @property {(id: number) => string} question about the object of a row
 * @property {(answer: any) => any[]} take the rows out of its answer
 * @property {number} file
 * @property {string} label
 * @property {number} [whole] of which the sizes are parts
 * @property {boolean} [backwards] references to and not from
 * @property {number[]} [above] ids of the rows that this one is below
 */

/**
 * What is passed on to the rows below has the row above in it, so a row's own stands last.
 * @param {Props} props
 */
function Tree(props) {
  const { rows, label, above = [] } = props;
  const [most, setMost] = useState(FIRST);
  if (rows.length === 0) return <p class="quiet">Nothing.</p>;
  return (
    <>
      <ul class="tree" aria-label={above.length === 0 ? label : undefined}>
        {rows.slice(0, most).map((row, index) => (
          <Row key={`${row.kind} ${row.name} ${row.node.id} ${index}`} {...props} row={row} />
        ))}
      </ul>
      {rows.length > most ? (
        <button type="button" class="more" onClick={() => setMost(most * 5)}>
          Show more ({count(rows.length - most)} left)
        </button>
      ) : null}
    </>
  );
}

/** @param {Props & { row: any }} props */
function Row(props) {
  const { row, file, whole, above = [], question, take } = props;
  const { name, kind, node } = row;
  const [open, setOpen] = useState(false);
  const again = above.includes(node.id);
  const asked = useAnswer(open && thePage().mode === 'live' ? question(node.id) : null);
  const below = asked.answer && take(asked.answer);
  return (
    <li>
      <div class="tree-row">
        <button
          type="button"
          class="fold"
          aria-expanded={open}
          aria-label={`${open ? 'Fold' : 'Unfold'} ${name} @${node.id}`}
          disabled={again || thePage().mode !== 'live'}
          onClick={() => setOpen(!open)}
        >
          <span aria-hidden="true">{open ? '▾' : '▸'}</span>
        </button>
        {name === undefined ? null : (
          <>
            <code class={`edge edge-kind-${kind}`}>{name}</code>
            <span class="quiet edge-arrow" aria-hidden="true">
              {props.backwards ? ' in ' : ' : '}
            </span>
          </>
        )}
        <ObjectName node={node} file={file} />
        {again ? <span class="quiet"> already above</span> : null}
        <span class="tree-size">
          {whole === undefined ? (
            size(node.retainedSize)
          ) : (
            <SizeBar bytes={node.retainedSize} whole={whole} />
          )}
        </span>
      </div>
      {open && !below ? <Waiting asked={asked} what="…" /> : null}
      {below ? <Tree {...props} rows={below} above={[...above, node.id]} /> : null}
    </li>
  );
}

export { Tree };
