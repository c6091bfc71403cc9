// @ts-check

/** Strings that are there several times, what that wastes, and what holds them. */

import { thePage, useAnswer } from '../answers.js';
import { Head, ObjectName, SizeBar, Waiting } from '../parts/parts.jsx';
import { Table } from '../parts/Table.jsx';
import { count, counted, size } from '../numbers.js';
import { lastFile } from '../views.js';

/** @param {{ route: import('../route.js').Route }} props */
function Strings({ route }) {
  const file = lastFile();
  const asked = useAnswer(`analysis/${file}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  const { duplicateStrings: rows, duplicateStringCount, duplicateStringBytes } = answer;
  if (!rows) return <Head title="Equal strings" lead="This report was written without them." />;
  const most = rows[0]?.wastedBytes ?? 1;
  return (
    <>
      <Head
        title={`Equal strings waste ${size(duplicateStringBytes)}`}
        lead={`${counted(duplicateStringCount, 'text')} that are there several times: all but one of each is waste.`}
      />
      <Table
        caption="Equal strings"
        route={route}
        rows={rows}
        all={duplicateStringCount}
        sortedBy="wasted"
        words={(row) => row.value}
        columns={[
          {
            id: 'value',
            title: 'String',
            text: true,
            value: (row) => row.value,
            show: (row) => (
              <>
                <code class="string">{JSON.stringify(row.value)}</code>
                {row.probable ? <span class="quiet"> equal in all likelihood</span> : null}
              </>
            ),
          },
          { id: 'count', title: 'Count', value: (row) => row.count, show: (row) => count(row.count) },
          {
            id: 'each',
            title: 'Each',
            minor: true,
            value: (row) => row.sizeBytes,
            show: (row) => size(row.sizeBytes),
          },
          {
            id: 'wasted',
            title: 'Wasted',
            value: (row) => row.wastedBytes,
            show: (row) => <SizeBar bytes={row.wastedBytes} whole={most} />,
          },
          {
            id: 'by',
            title: 'Held by',
            text: true,
            minor: true,
            value: (row) => row.heldBy[0]?.name ?? '',
            show: (row) => (
              <>
                {row.heldBy.map((/** @type {any} */ holder) => (
                  <div key={holder.name}>
                    <code>{holder.name}</code> <span class="quiet">{count(holder.count)}</span>
                  </div>
                ))}
                {row.samples[0] === undefined || thePage().mode !== 'live' ? null : (
                  <ObjectName node={{ id: row.samples[0], name: 'one of them' }} file={file} />
                )}
              </>
            ),
          },
        ]}
      />
    </>
  );
}

export { Strings };
