// @ts-check

/**
 * Where answers come from: out of the page itself in a report, from the engine behind the server in the live viewer.
 * Views ask by the name of a question (`leaks`, `analysis/2`, `comparison/0/2`, `object/2/12345`) and do not know which.
 */

import { useEffect, useState } from 'preact/hooks';
import { cleanAll } from './clean.js';

/**
 * @typedef {object} Page what the page was opened with
 * @property {'report' | 'live'} mode
 * @property {string} command what was asked, such as `find-leaks`
 * @property {string} [made] when a report was written, ISO 8601
 * @property {{ name: string, version: string }} tool
 * @property {string} home the view that it opens with
 * @property {Array<{ name: string, path?: string, sizeBytes?: number, capturedAt?: string }>} files the snapshots, in their order
 * @property {string[]} questions those that can be answered, apart from `object/…` and such
 * @property {Record<string, any>} [answers]
 * @property {Record<string, { from: number, lines: string[] }>} [sources] lines around places, by `file:line`
 */

/** @type {Page} */
let page;
/** @type {Map<string, Promise<any> | any>} */
const known = new Map();

function readPage() {
  const text = document.getElementById('page')?.textContent ?? '{}';
  page = cleanAll(JSON.parse(text));
  return page;
}

const thePage = () => page;

/** @param {string} question */
const canAsk = (question) =>
  page.mode === 'live' || (page.answers !== undefined && Object.hasOwn(page.answers, question));

/** An answer that did not come, with what to tell. */
class Refused extends Error {}

/**
 * @param {string} question
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function ask(question, signal) {
  if (page.answers && Object.hasOwn(page.answers, question)) return page.answers[question];
  if (page.mode === 'report') throw new Refused('This is not part of the report. The live viewer knows it.');
  let response;
  try {
    response = await fetch(`api/${question}`, { signal, credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused('The viewer has ended. Start it again with `heap-analyzer view`.');
  }
  const answer = cleanAll(await response.json());
  if (!response.ok) throw new Refused(answer.error?.message ?? `The viewer answered ${response.status}.`);
  return answer;
}

/**
 * @typedef {{ answer?: any, error?: string }} Asked both absent while it is on its way
 * @param {string | null} question
 * @returns {Asked}
 */
function useAnswer(question) {
  const [asked, setAsked] = useState(/** @type {Asked & { question?: string | null }} */ ({}));
  useEffect(() => {
    if (question === null || known.has(question)) return undefined;
    const leaving = new AbortController();
    ask(question, leaving.signal).then(
      (answer) => {
        known.set(question, answer);
        setAsked({ question, answer });
      },
      (error) => {
        if (!leaving.signal.aborted) setAsked({ question, error: error.message });
      },
    );
    return () => leaving.abort();
  }, [question]);
  if (question !== null && known.has(question)) return { answer: known.get(question) };
  if (question !== null && page.answers && Object.hasOwn(page.answers, question))
    return { answer: page.answers[question] };
  return asked.question === question ? asked : {};
}

export { readPage, thePage, canAsk, ask, useAnswer };
