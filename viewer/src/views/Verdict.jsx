// @ts-check

/** The verdict over a series, in the words of the command line, and the findings it rests on. */

import { useAnswer } from '../answers.js';
import { Spark } from '../parts/Chart.jsx';
import { Grade, Section, Waiting } from '../parts/parts.jsx';
import { PlaceName } from '../parts/Source.jsx';
import { Table } from '../parts/Table.jsx';
import { count, counted, size } from '../numbers.js';
import { linkTo } from '../route.js';
import words from '../../../lib/report/words.js';

/** @param {{ route: import('../route.js').Route, page: import('../answers.js').Page }} props */
function Verdict({ route, page }) {
  const asked = useAnswer('leaks');
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Looking for what grows…" />;
  const { findings, resident, warnings = [], fixed = [], conclusive } = answer;
  const kind = conclusive === false ? 'none' : answer.verdict;
  return (
    <>
      <div class={`verdict verdict-${kind}`}>
        <h1>{`${words.headline(answer)}.`}</h1>
        {resident?.verdict === 'outside-heap' ? <p>{resident.sentence}</p> : null}
        {conclusive !== false && warnings.length > 0 ? <p>{warnings.join('; ')}.</p> : null}
      </div>
      {findings.length > 0 ? (
        <ol class="findings">
          {findings.map((/** @type {any} */ finding) => (
            <li key={finding.fingerprint}>
              <FindingCard finding={finding} />
            </li>
          ))}
        </ol>
      ) : null}
      {fixed.length > 0 ? (
        <p class="notice good">
          {counted(fixed.length, 'accepted leak')} not found any more:{' '}
          {fixed.map((/** @type {any} */ leak) => leak.fingerprint).join(', ')}
        </p>
      ) : null}
      <Series page={page} answer={answer} />
      <Others answer={answer} route={route} />
    </>
  );
}

/** New objects beside the findings, folded: for whoever wonders what else came. @param {{ answer: any, route: import('../route.js').Route }} props */
function Others({ answer: { noise, groups }, route }) {
  return (
    <>
      {groups ? (
        <Folded title="All new objects, by class" about={count(groups.length)}>
          <Table
            caption="All new objects, by class"
            prefix="g-"
            route={route}
            rows={groups}
            sortedBy="bytes"
            words={(row) => row.name}
            columns={[
              { id: 'name', title: 'Class', text: true, value: (row) => row.name },
              {
                id: 'count',
                title: '# New',
                value: (row) => row.addedCount,
                show: (row) => count(row.addedCount),
              },
              {
                id: 'bytes',
                title: 'Bytes',
                value: (row) => row.addedSize,
                show: (row) => size(row.addedSize),
              },
            ]}
          />
        </Folded>
      ) : null}
      {noise.count > 0 ? (
        <Folded
          title="Other new objects"
          about={`${counted(noise.count, 'object')}, ${size(noise.bytes)}: part of no growth`}
        >
          <Table
            caption="New objects that are part of no growth, by class"
            route={route}
            rows={noise.groups}
            sortedBy="bytes"
            columns={[
              { id: 'name', title: 'Class', text: true, value: (row) => row.name },
              { id: 'count', title: 'Count', value: (row) => row.count, show: (row) => count(row.count) },
              { id: 'bytes', title: 'Bytes', value: (row) => row.bytes, show: (row) => size(row.bytes) },
            ]}
          />
        </Folded>
      ) : null}
    </>
  );
}

/** @param {{ title: string, about: string, children: any }} props */
const Folded = ({ title, about, children }) => (
  <details class="folded">
    <summary>
      <h2>{title}</h2> <span class="about">{about}</span>
    </summary>
    {children}
  </details>
);

/** @param {{ finding: any }} props */
function FindingCard({ finding }) {
  const { grade, sentence, entries, bytes, title, holder, addedIn, status, fingerprint } = finding;
  const place = addedIn?.place ?? holder.place;
  return (
    <article class={`finding-card edge-${grade}`}>
      <div class="finding-card-top">
        <Grade grade={grade} known={status === 'known'} />
        <span class="quiet">{title}</span>
      </div>
      <a class="finding-card-sentence" href={linkTo(['finding', fingerprint])}>
        {sentence}
      </a>
      <div class="finding-card-bottom">
        <Spark values={entries.perSnapshot} grade={grade} />
        <span class="quiet">
          {entries.perSnapshot.map(count).join(' → ')}{' '}
          {entries.kind ? `entries of ${entries.kind}` : 'entries'}
        </span>
        <strong>+{size(bytes.retained)}</strong>
        {place ? <PlaceName place={place} /> : null}
      </div>
    </article>
  );
}

/** @param {{ page: import('../answers.js').Page, answer: any }} props */
function Series({ page, answer }) {
  return (
    <Section
      title="Snapshots"
      about={answer.comparedBy === 'name' ? 'of different processes, compared by name' : ''}
    >
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Snapshots of the series">
        <table>
          <caption class="unseen">Snapshots of the series</caption>
          <thead>
            <tr>
              <th scope="col" class="text">
                File
              </th>
              <th scope="col" class="number">
                File size
              </th>
              <th scope="col" class="number">
                Nodes
              </th>
              <th scope="col" class="number">
                Edges
              </th>
              {answer.resident ? (
                <th scope="col" class="number">
                  Resident memory
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {answer.snapshots.map((/** @type {any} */ snapshot, /** @type {number} */ index) => (
              <tr key={index}>
                <td class="text" title={snapshot.path}>
                  {page.files[index]?.name ?? snapshot.path}
                </td>
                <td class="number">{size(snapshot.sizeBytes)}</td>
                <td class="number">{count(snapshot.nodeCount)}</td>
                <td class="number">{count(snapshot.edgeCount)}</td>
                {answer.resident ? (
                  <td class="number">{size(answer.resident.perSnapshot[index].rss)}</td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

export { Verdict, FindingCard };
