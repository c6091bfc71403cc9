// @ts-check

/**
 * One search for all: an object by its id, a class, a finding, a package, a file. It looks through what the page has, and
 * lists what fits, best first.
 */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { canAsk, useAnswer } from '../answers.js';
import { size } from '../numbers.js';
import { go, linkTo } from '../route.js';
import { lastFile } from '../views.js';

const MOST = 12;

/** @typedef {{ text: string, kind: string, detail?: string, link: string }} Hit */

/** @param {{ page: import('../answers.js').Page }} props */
function Search({ page }) {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const file = lastFile();
  // Asked for when somebody begins to search, not before.
  const wanted = open || words !== '';
  const analysis = useAnswer(wanted && canAsk(`analysis/${file}`) ? `analysis/${file}` : null).answer;
  const leaks = useAnswer(wanted && page.questions.includes('leaks') ? 'leaks' : null).answer;
  const hits = useMemo(
    () => search(words, { analysis, leaks, live: page.mode === 'live', file }),
    [words, analysis, leaks],
  );
  useEffect(() => setAt(0), [words]);
  const shown = open && words.trim() !== '';
  const choose = (/** @type {Hit | undefined} */ hit) => {
    if (!hit) return;
    go(hit.link);
    setWords('');
    setOpen(false);
  };
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter') choose(hits[at]);
    else if (event.key === 'Escape') setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div class="search">
      <input
        id="search"
        type="text"
        role="combobox"
        list={undefined}
        aria-label="Search classes, files, findings, object ids"
        aria-expanded={shown}
        aria-controls="search-hits"
        aria-autocomplete="list"
        aria-activedescendant={shown && hits.length > 0 ? `hit-${at}` : undefined}
        placeholder={page.mode === 'live' ? 'Search, or @object id' : 'Search'}
        autocomplete="off"
        spellcheck={false}
        value={words}
        onInput={(event) => {
          setWords(event.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={pressed}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onFocus={() => setOpen(true)}
      />
      <ul id="search-hits" role="listbox" aria-label="What was found" class="hits" hidden={!shown}>
        {shown
          ? hits.map((hit, index) => (
              <li
                key={hit.link}
                id={`hit-${index}`}
                role="option"
                aria-selected={index === at}
                onPointerDown={() => choose(hit)}
              >
                <span class="hit-kind">{hit.kind}</span>
                <span class="hit-text">{hit.text}</span>
                <span class="quiet">{hit.detail}</span>
              </li>
            ))
          : null}
        {shown && hits.length === 0 ? (
          <li class="quiet" role="option" aria-selected="false" aria-disabled="true">
            Nothing found
          </li>
        ) : null}
      </ul>
    </div>
  );
}

/**
 * @param {string} words
 * @param {{ analysis?: any, leaks?: any, live: boolean, file: number }} where
 * @returns {Hit[]}
 */
function search(words, { analysis, leaks, live, file }) {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return [];
  /** @type {Hit[]} */
  const all = [];
  const id = /^@?(\d+)$/.exec(wanted)?.[1];
  if (id !== undefined && live)
    all.push({ kind: 'object', text: `@${id}`, link: linkTo(['object', file, id]) });
  const { findings = analysis?.findings ?? [] } = leaks ?? {};
  for (const [index, finding] of findings.entries()) {
    const link = linkTo(['finding', finding.fingerprint ?? `hint-${index + 1}`]);
    all.push({ kind: finding.grade, text: finding.sentence, link });
  }
  for (const row of analysis?.classes ?? [])
    all.push({
      kind: 'class',
      text: row.name,
      detail: size(row.retainedSize),
      link: linkTo(['classes'], { q: row.name }),
    });
  for (const row of analysis?.packages ?? [])
    all.push({
      kind: 'package',
      text: row.name,
      detail: size(row.retainedSize),
      link: linkTo(['map', row.name]),
    });
  for (const row of analysis?.modules ?? [])
    all.push({
      kind: 'file',
      text: row.name,
      detail: size(row.retainedSize),
      link: linkTo(['map', row.package, row.name]),
    });
  const rank = (/** @type {Hit} */ hit) => {
    const text = hit.text.toLowerCase();
    return text === wanted ? 0 : text.startsWith(wanted) ? 1 : 2;
  };
  return all
    .filter((hit) => hit.text.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST);
}

export { Search, search };
