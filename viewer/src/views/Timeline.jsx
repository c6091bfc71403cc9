// @ts-check

/** When what is alive was made, as a recording of allocations noted it; the classes of each interval. */

import { useAnswer } from '../answers.js';
import { Head, ObjectName, Section, SizeBar, Waiting } from '../parts/parts.jsx';
import { Table } from '../parts/Table.jsx';
import { count, counted, size } from '../numbers.js';
import { linkTo } from '../route.js';
import { lastFile } from '../views.js';

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** @param {{ route: import('../route.js').Route }} props */
function Timeline({ route }) {
  const file = lastFile();
  const asked = useAnswer(`timeline/${file}`);
  const { answer } = asked;
  const at = route.path[1];
  const inside = useAnswer(at === undefined ? null : `timeline/${file}/${at}`);
  if (!answer) return <Waiting asked={asked} what="Reading when objects were made…" />;
  const { intervals, after } = answer;
  const most = Math.max(1, ...intervals.slice(1).map((/** @type {any} */ one) => one.selfSize));
  const recorded = intervals.slice(1);
  return (
    <>
      <Head
        title="Timeline"
        lead="What is alive, by when it was made. What was made and is gone is not in a snapshot. Choose an interval to see its classes."
      />
      <ol class="timeline" aria-label="Intervals of the recording">
        {recorded.map((/** @type {any} */ one, /** @type {number} */ index) => (
          <li key={index}>
            <a
              href={linkTo(['timeline', index + 1])}
              aria-current={String(index + 1) === at ? 'true' : undefined}
              title={`until ${seconds(one.endMs)}: ${size(one.selfSize)}, ${counted(one.count, 'object')}`}
            >
              <span
                class="timeline-bar"
                aria-hidden="true"
                style={{ height: `${(one.selfSize / most) * 100}%` }}
              />
              <span class="unseen">
                until {seconds(one.endMs)}: {size(one.selfSize)}, {counted(one.count, 'object')}
              </span>
            </a>
          </li>
        ))}
      </ol>
      <p class="quiet timeline-ends">
        <span>0 s</span>
        <span>{recorded.length > 0 ? seconds(recorded[recorded.length - 1].endMs) : ''}</span>
      </p>
      <p class="quiet">
        Before the recording: {size(intervals[0]?.selfSize ?? 0)} in{' '}
        {counted(intervals[0]?.count ?? 0, 'object')}.
        {after.count > 0
          ? ` After its last note: ${size(after.selfSize)} in ${counted(after.count, 'object')}.`
          : ''}
      </p>
      {at === undefined ? null : (
        <Section
          title={`Made until ${seconds(intervals[Number(at)]?.endMs ?? 0)}`}
          about="and alive, by class"
        >
          {inside.answer ? (
            <Table
              caption="Classes of what was made in the interval"
              route={route}
              rows={inside.answer.classes}
              all={inside.answer.classCount}
              sortedBy="shallow"
              words={(row) => row.name}
              columns={[
                {
                  id: 'name',
                  title: 'Class',
                  text: true,
                  value: (row) => row.name,
                  show: (row) => <code>{row.name}</code>,
                },
                { id: 'count', title: 'Count', value: (row) => row.count, show: (row) => count(row.count) },
                {
                  id: 'shallow',
                  title: 'Shallow',
                  value: (row) => row.selfSize,
                  show: (row) => <SizeBar bytes={row.selfSize} whole={intervals[Number(at)].selfSize} />,
                },
                {
                  id: 'largest',
                  title: 'Its largest',
                  text: true,
                  minor: true,
                  value: (row) => row.largest,
                  show: (row) => <ObjectName node={{ id: row.largest, name: row.name }} file={file} />,
                },
              ]}
            />
          ) : (
            <Waiting asked={inside} what="Counting…" />
          )}
        </Section>
      )}
    </>
  );
}

export { Timeline };
