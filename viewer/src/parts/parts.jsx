// @ts-check

/** Small things that every view is made of: headings, waiting, names of objects, bars. */

import { useEffect, useState } from 'preact/hooks';
import { ask, thePage } from '../answers.js';
import { count, nodeName, percent, size } from '../numbers.js';
import { linkTo } from '../route.js';

/** @param {{ title: any, children?: any, lead?: any }} props */
const Head = ({ title, lead, children }) => (
  <div class="head">
    <h1>{title}</h1>
    {lead ? <p class="lead">{lead}</p> : null}
    {children}
  </div>
);

/** @param {{ title: string, about?: any, children: any, id?: string }} props */
const Section = ({ title, about, children, id }) => (
  <section class="section" id={id}>
    <h2>
      {title}
      {about ? <span class="about">{about}</span> : null}
    </h2>
    {children}
  </section>
);

/** What is shown until an answer is there, and when none came. @param {{ asked: import('../answers.js').Asked, what: string }} props */
function Waiting({ asked, what }) {
  const under = useProgress(asked.error === undefined);
  if (asked.error !== undefined)
    return (
      <div class="notice bad" role="alert">
        {asked.error}
      </div>
    );
  return (
    <div class="waiting" role="status">
      <span class="spinner" aria-hidden="true" />
      {under ?? what}
    </div>
  );
}

/**
 * What the engine is doing, told by the server while one waits for longer than a moment.
 * @param {boolean} waiting
 * @returns {string | undefined}
 */
function useProgress(waiting) {
  const [told, setTold] = useState(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    if (!waiting || thePage().mode !== 'live') return undefined;
    const timer = setInterval(
      () =>
        ask('progress').then(
          ({ phase, fraction }) => phase && setTold(`${phase}, ${Math.floor(fraction * 100)} %`),
          () => undefined,
        ),
      500,
    );
    return () => clearInterval(timer);
  }, [waiting]);
  return told;
}

/**
 * An object by its name; a link to its page where the engine is at hand to fill that.
 * @param {{ node: any, file?: number, plain?: boolean }} props
 */
function ObjectName({ node, file = thePage().files.length - 1, plain = false }) {
  const name = nodeName(node);
  const label = (
    <>
      <span class="object-name">{name.length > 80 ? `${name.slice(0, 79)}…` : name}</span>{' '}
      <span class="object-id">@{node.id}</span>
    </>
  );
  if (plain || thePage().mode !== 'live') return <span class="object">{label}</span>;
  return (
    <a class="object" href={linkTo(['object', file, node.id])}>
      {label}
    </a>
  );
}

/** A size with a bar that shows its part of the whole. @param {{ bytes: number, whole: number, text?: string, kind?: string }} props */
function SizeBar({ bytes, whole, text = size(bytes), kind = '' }) {
  const part = whole > 0 ? Math.min(1, Math.abs(bytes) / whole) : 0;
  return (
    <span class={`size-bar ${kind}`}>
      <span class="size-bar-text">{text}</span>
      <span class="size-bar-track" aria-hidden="true">
        <span class="size-bar-part" style={{ width: `${part * 100}%` }} />
      </span>
    </span>
  );
}

/**
 * Parts of a whole as one bar, with a legend that says the same in words.
 * @param {{ parts: Array<{ label: string, bytes: number, color: string }>, whole: number, label: string }} props
 */
function Composition({ parts, whole, label }) {
  const shown = parts.filter(({ bytes }) => bytes > 0);
  return (
    <figure class="composition">
      <div class="composition-bar" role="img" aria-label={label}>
        {shown.map((part) => (
          <span key={part.label} class={part.color} style={{ width: `${(part.bytes / whole) * 100}%` }} />
        ))}
      </div>
      <figcaption>
        <dl>
          {shown.map((part) => (
            <div key={part.label}>
              <dt>
                <span class={`dot ${part.color}`} aria-hidden="true" />
                {part.label}
              </dt>
              <dd>
                {size(part.bytes)} <span class="quiet">{percent(part.bytes, whole)}</span>
              </dd>
            </div>
          ))}
        </dl>
      </figcaption>
    </figure>
  );
}

/** The composition of a heap as DevTools has it; together the parts are the whole. @param {any} statistics */
function partsOf({ native, v8heap, total }) {
  const named = v8heap.code + v8heap.jsArrays + v8heap.strings + v8heap.system;
  return {
    whole: total,
    parts: [
      { label: 'Strings', bytes: v8heap.strings, color: 'c1' },
      { label: 'JS arrays', bytes: v8heap.jsArrays, color: 'c2' },
      { label: 'Code', bytes: v8heap.code, color: 'c3' },
      { label: 'System', bytes: v8heap.system, color: 'c4' },
      { label: 'Other objects', bytes: v8heap.total - named, color: 'c5' },
      { label: 'Typed arrays', bytes: native.typedArrays, color: 'c6' },
      { label: 'Other native', bytes: native.total - native.typedArrays, color: 'c7' },
    ],
  };
}

const GRADES = {
  leak: 'Leak',
  likely: 'Likely',
  growth: 'Growth',
  drained: 'Drained',
  hint: 'Hint',
};

/** @param {{ grade: string, known?: boolean }} props */
const Grade = ({ grade, known = false }) => (
  <span class={`grade grade-${grade} ${known ? 'known' : ''}`}>
    {GRADES[/** @type {keyof typeof GRADES} */ (grade)] ?? grade}
    {known ? ', known' : ''}
  </span>
);

/** @param {{ label: string, value: any, about?: any }} props */
const Figure = ({ label, value, about }) => (
  <div class="figure">
    <dt>{label}</dt>
    <dd>
      {value}
      {about ? <span class="quiet"> {about}</span> : null}
    </dd>
  </div>
);

/** @param {number} shown @param {number} all */
const shownOf = (shown, all) => (shown < all ? `${count(shown)} of ${count(all)}` : count(all));

/**
 * A row that unfolds. What is in it is made when it is first opened: a hundred closed ones cost nothing.
 * @param {{ summary: any, children: () => any }} props
 */
function Unfolding({ summary, children }) {
  const [opened, setOpened] = useState(false);
  return (
    <details class="growth-row" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {opened ? children() : null}
    </details>
  );
}

export {
  Unfolding,
  Head,
  Section,
  Waiting,
  ObjectName,
  SizeBar,
  Composition,
  partsOf,
  Grade,
  Figure,
  shownOf,
};
