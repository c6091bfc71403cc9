// @ts-check

/** One finding: the sentence, the lines of source, how it grew, what keeps it, and what to do. */

import { thePage, useAnswer } from '../answers.js';
import { Growth } from '../parts/Chart.jsx';
import { Figure, Grade, Head, ObjectName, Section, Waiting } from '../parts/parts.jsx';
import { Path } from '../parts/Path.jsx';
import { Excerpt } from '../parts/Source.jsx';
import { count, size } from '../numbers.js';
import { linkTo } from '../route.js';
import { lastFile } from '../views.js';

const MEANS = {
  leak: 'It grew in every interval under load, and what came stayed.',
  likely: 'It grew strongly, or did not come back in a rest.',
  growth: 'It grew, and may be a cache that fills to its bound.',
  drained: 'It grew and came back.',
  hint: 'One snapshot shows what there is and not what grows. A second one, taken after load, tells.',
};

/** @param {{ route: import('../route.js').Route, page: import('../answers.js').Page }} props */
function FindingPage({ route, page }) {
  const series = page.questions.includes('leaks');
  const asked = useAnswer(series ? 'leaks' : `analysis/${lastFile()}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Looking for what grows…" />;
  const wanted = route.path[1];
  const finding = (answer.findings ?? []).find(
    (/** @type {any} */ one, /** @type {number} */ index) =>
      (one.fingerprint ?? `hint-${index + 1}`) === wanted,
  );
  if (!finding) return <Head title="No such finding" lead="It is not among the findings of this page." />;
  const { grade, sentence, title, pattern, entries, bytes, evidence, retainers, path, samples } = finding;
  const names = page.files.map(({ name }) => name.replace(/\.heapsnapshot(\.gz|\.zst)?$/, ''));
  const meaning = MEANS[/** @type {keyof typeof MEANS} */ (grade)];
  return (
    <article class="finding">
      <p class="crumbs">
        <a href={linkTo([page.home])}>{series ? 'Verdict' : 'Overview'}</a> <span aria-hidden="true">›</span>{' '}
        {title}
      </p>
      <Head title={sentence}>
        <p class="finding-grade">
          <Grade grade={grade} known={finding.status === 'known'} /> {meaning}
        </p>
      </Head>
      <Places finding={finding} question={series ? 'leaks' : `analysis/${lastFile()}`} />
      <div class="advice">
        <h2>{grade === 'hint' ? 'If so' : 'What to do'}</h2>
        <p>{finding.advice}</p>
        <p class="quiet">
          {title} ({pattern}); more in <DocsPage page={finding.docs} />
        </p>
      </div>
      {entries.perSnapshot ? (
        <Section title="How it grew">
          <div class="charts">
            <Growth label="Entries" values={entries.perSnapshot} names={names} show={count} />
            <Growth
              label="Bytes that came and stayed"
              values={summed(bytes.perInterval)}
              names={names}
              show={size}
            />
          </div>
        </Section>
      ) : null}
      <Section title="Evidence">
        <ul class="evidence">
          {evidence.map((/** @type {string} */ line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <dl class="figures">
          <Figure label={grade === 'hint' ? 'Held' : 'Came and is held'} value={size(bytes.retained)} />
          {bytes.external > 0 ? (
            <Figure label="Of it outside of the heap" value={size(bytes.external)} />
          ) : null}
          {bytes.perEntry === undefined ? null : (
            <Figure label="For one entry" value={size(bytes.perEntry)} />
          )}
          <Figure label="Freed by cutting this holder" value={size(retainers.cutFrees)} />
          <Figure label="Independent ways to an entry" value={count(retainers.independent)} />
        </dl>
        {retainers.others?.length ? (
          <p>
            Also kept by: {retainers.others.join(', ')}. Cutting this holder alone does not free what they
            keep.
          </p>
        ) : null}
      </Section>
      <Section title="Why it is alive" about="from the root to the holder">
        <Path hops={path} label="Path from the root to the holder" />
      </Section>
      {samples.length > 0 ? (
        <Section title="Some of the entries">
          <ul class="samples">
            {samples.map((/** @type {any} */ node) => (
              <li key={node.id}>
                <ObjectName node={node} /> <span class="quiet">{size(node.selfSize)} shallow</span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Further finding={finding} />
    </article>
  );
}

/**
 * The page about this kind of mistake, as the package on every mirror of npm has it: a link that one may follow, nothing that
 * is fetched. What does not look like one of our pages is no link.
 * @param {{ page: string }} props
 */
function DocsPage({ page }) {
  if (!/^docs\/patterns\/[\w-]+\.md$/.test(page)) return page;
  const { version } = thePage().tool;
  return (
    <a href={`https://unpkg.com/heap-analyzer@${version}/${page}`} target="_blank" rel="noreferrer">
      {page}
    </a>
  );
}

/** Bytes after each snapshot: what all the intervals before it brought. @param {number[]} perInterval */
function summed(perInterval) {
  let sum = 0;
  return [0, ...perInterval.map((bytes) => (sum += bytes))];
}

/**
 * Where in the source, by file: the line that adds is what one came for, so it is told first.
 * @param {{ finding: any, question: string }} props
 */
function Places({ finding: { holder, addedIn, allocatedIn }, question }) {
  const { sources: embedded, mode } = thePage();
  const asked = useAnswer(mode === 'live' ? `sources/${question}` : null);
  const declared = holder.place;
  const places = [
    addedIn && { place: addedIn.place, label: 'Entries are added here', short: 'added here' },
    declared && {
      place: declared,
      label: holder.variable ? `${holder.variable} is declared here` : 'Declared here',
      short: 'declared here',
    },
    allocatedIn && { place: allocatedIn.place, label: 'What is kept is made here', short: 'made here' },
  ].filter(Boolean);
  const files = [...new Set(places.map(({ place }) => place.file))];
  return (
    <div class="excerpts">
      {files.map((file) => (
        <Excerpt
          key={file}
          file={file}
          places={places.filter(({ place }) => place.file === file)}
          sources={embedded ?? asked.answer?.sources ?? {}}
        />
      ))}
    </div>
  );
}

/** Where to go on from a report, which has no engine. @param {{ finding: any }} props */
function Further({ finding }) {
  const { files, mode } = thePage();
  const file = files[files.length - 1];
  return (
    <Section title="Further">
      {mode === 'live' ? (
        <p>
          The holder: <ObjectName node={finding.holder} />
        </p>
      ) : (
        <p>
          All about the holder: <code>heap-analyzer view {file.name}</code>, then search for{' '}
          <code>@{finding.holder.id}</code>
        </p>
      )}
      {finding.fingerprint ? (
        <p class="quiet">
          To accept it in CI: <code>--ignore {finding.fingerprint}</code>
        </p>
      ) : null}
    </Section>
  );
}

export { FindingPage };
