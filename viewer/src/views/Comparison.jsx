// @ts-check

/** What grew between the first snapshot and the last, which classes did, and who holds it. */

import { useAnswer } from '../answers.js';
import { Head, ObjectName, Section, SizeBar, Unfolding, Waiting } from '../parts/parts.jsx';
import { Path } from '../parts/Path.jsx';
import { Table } from '../parts/Table.jsx';
import { count, signedCount, signedSize, size } from '../numbers.js';
import { lastFile } from '../views.js';

/** @param {{ route: import('../route.js').Route, page: import('../answers.js').Page }} props */
function Comparison({ route, page }) {
  const last = lastFile();
  const asked = useAnswer(`comparison/0/${last}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Comparing…" />;
  const { totals, rows, rowCount, growth = [] } = answer;
  const { delta } = totals;
  const direction =
    delta.selfSize > 0 ? 'grew by' : delta.selfSize < 0 ? 'shrank by' : 'is as big as it was:';
  const most = Math.max(1, ...rows.map((/** @type {any} */ row) => Math.max(row.addedSize, row.removedSize)));
  return (
    <>
      <Head
        title={`The heap ${direction} ${size(Math.abs(delta.selfSize || totals.target.selfSize))}`}
        lead={`from ${page.files[0].name} to ${page.files[last].name}`}
      />
      <BeforeAfter totals={totals} />
      {growth.length > 0 ? (
        <Section title="What grew, and who holds it">
          <ul class="growth">
            {growth.map((/** @type {any} */ row) => (
              <li key={row.key}>
                <GrowthRow row={row} most={growth[0].sizeDelta} />
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title="Classes that changed">
        <Table
          caption="Classes that changed"
          route={route}
          rows={rows}
          all={rowCount}
          sortedBy="delta"
          words={(row) => row.name}
          columns={[
            {
              id: 'name',
              title: 'Class',
              text: true,
              value: (row) => row.name,
              show: (row) => <code>{row.name}</code>,
            },
            {
              id: 'added',
              minor: true,
              title: '# New',
              value: (row) => row.addedCount,
              show: (row) => count(row.addedCount),
            },
            {
              id: 'removed',
              title: '# Deleted',
              minor: true,
              value: (row) => row.removedCount,
              show: (row) => count(row.removedCount),
            },
            {
              id: 'count',
              title: '# Delta',
              value: (row) => row.countDelta,
              show: (row) => signedCount(row.countDelta),
            },
            {
              id: 'alloc',
              title: 'Alloc. size',
              minor: true,
              value: (row) => row.addedSize,
              show: (row) => size(row.addedSize),
            },
            {
              id: 'freed',
              title: 'Freed size',
              minor: true,
              value: (row) => row.removedSize,
              show: (row) => size(row.removedSize),
            },
            {
              id: 'delta',
              title: 'Size delta',
              value: (row) => row.sizeDelta,
              show: (row) => (
                <SizeBar
                  bytes={row.sizeDelta}
                  whole={most}
                  text={signedSize(row.sizeDelta)}
                  kind={row.sizeDelta > 0 ? 'grown' : 'freed'}
                />
              ),
            },
          ]}
        />
      </Section>
    </>
  );
}

/** @param {{ totals: any }} props */
function BeforeAfter({ totals: { base, target, delta } }) {
  const whole = Math.max(base.selfSize, target.selfSize);
  const rows = [
    { label: 'Heap in all', key: 'selfSize' },
    { label: 'V8 heap', key: 'v8Heap' },
    { label: 'Native', key: 'native' },
  ];
  return (
    <dl class="before-after">
      {rows.map(({ label, key }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd>
            <span class="before-after-row">
              <span class="quiet">before</span>
              <SizeBar bytes={base[key]} whole={whole} kind="before" />
            </span>
            <span class="before-after-row">
              <span class="quiet">after</span>
              <SizeBar bytes={target[key]} whole={whole} />
            </span>
          </dd>
          <dd class={delta[key] > 0 ? 'delta more' : delta[key] < 0 ? 'delta less' : 'delta'}>
            {signedSize(delta[key])}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** @param {{ row: any, most: number }} props */
function GrowthRow({ row, most }) {
  return (
    <Unfolding
      summary={
        <>
          <code class="growth-name">{row.name}</code>
          <SizeBar bytes={row.sizeDelta} whole={most} text={signedSize(row.sizeDelta)} kind="grown" />
          <span class="growth-by">
            {row.holder ? (
              <>
                {size(row.heldSize)} held by <ObjectName node={row.holder} plain />
              </>
            ) : (
              <span class="quiet">no single object holds it</span>
            )}
          </span>
        </>
      }
    >
      {() =>
        row.holder ? (
          <>
            <p class="quiet">
              The nearest object that was there before and keeps {count(row.heldCount)} of what was added:{' '}
              <ObjectName node={row.holder} />
            </p>
            <Path hops={row.path} label="Path to the holder" />
          </>
        ) : null
      }
    </Unfolding>
  );
}

export { Comparison };
