// @ts-check

/**
 * The views there are, in the order of the navigation: each says which question it shows the answer of, and whether this
 * page can show it.
 */

import { canAsk, thePage } from './answers.js';
import { Biggest } from './views/Biggest.jsx';
import { Classes } from './views/Classes.jsx';
import { Comparison } from './views/Comparison.jsx';
import { Dominators } from './views/Dominators.jsx';
import { FindingPage } from './views/FindingPage.jsx';
import { MemoryMap } from './views/MemoryMap.jsx';
import { ObjectPage } from './views/ObjectPage.jsx';
import { Overview } from './views/Overview.jsx';
import { Packages } from './views/Packages.jsx';
import { Statistics } from './views/Statistics.jsx';
import { Strings } from './views/Strings.jsx';
import { Timeline } from './views/Timeline.jsx';
import { Verdict } from './views/Verdict.jsx';

/**
 * @typedef {object} View
 * @property {string} id the first part of its URL
 * @property {string} title
 * @property {string} [group] under which heading it stands in the navigation; absent: it is not there
 * @property {any} show
 * @property {() => boolean} there
 */

const lastFile = () => thePage().files.length - 1;
const analysisOf = (/** @type {number} */ file) => `analysis/${file}`;
const hasAnalysis = () => canAsk(analysisOf(lastFile()));

/** @type {View[]} */
const VIEWS = [
  {
    id: 'verdict',
    title: 'Verdict',
    group: 'Leaks',
    show: Verdict,
    there: () => thePage().questions.includes('leaks'),
  },
  { id: 'finding', title: 'Finding', show: FindingPage, there: () => true },
  {
    id: 'comparison',
    title: 'What grew',
    group: 'Leaks',
    show: Comparison,
    there: () => thePage().files.length > 1 && canAsk(`comparison/0/${lastFile()}`),
  },
  { id: 'overview', title: 'Overview', group: 'Heap', show: Overview, there: hasAnalysis },
  { id: 'map', title: 'Memory map', group: 'Heap', show: MemoryMap, there: hasAnalysis },
  { id: 'classes', title: 'Classes', group: 'Heap', show: Classes, there: hasAnalysis },
  { id: 'biggest', title: 'Biggest objects', group: 'Heap', show: Biggest, there: hasAnalysis },
  {
    id: 'dominators',
    title: 'Dominator tree',
    group: 'Heap',
    show: Dominators,
    there: () => thePage().mode === 'live',
  },
  {
    id: 'timeline',
    title: 'Timeline',
    group: 'Heap',
    show: Timeline,
    there: () => thePage().questions.includes(`timeline/${lastFile()}`),
  },
  { id: 'packages', title: 'Packages and files', group: 'Heap', show: Packages, there: hasAnalysis },
  { id: 'strings', title: 'Equal strings', group: 'Heap', show: Strings, there: hasAnalysis },
  { id: 'statistics', title: 'Statistics', group: 'Heap', show: Statistics, there: hasAnalysis },
  { id: 'object', title: 'Object', show: ObjectPage, there: () => true },
];

/** @param {string | undefined} id */
const viewOf = (id) => VIEWS.find((view) => view.id === id && view.there());

export { VIEWS, viewOf, lastFile };
