// @ts-check

/** What the heap consists of, as the statistics of DevTools have it. */

import { useAnswer } from '../answers.js';
import { Composition, Figure, Head, Section, Waiting, partsOf } from '../parts/parts.jsx';
import { count, percent, size } from '../numbers.js';
import { lastFile } from '../views.js';

function Statistics() {
  const asked = useAnswer(`analysis/${lastFile()}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  const { statistics, totals, snapshots } = answer;
  const { total, native, v8heap } = statistics;
  const { parts, whole } = partsOf(statistics);
  const rows = [
    ['Heap in all', total, 0],
    ['V8 heap', v8heap.total, 1],
    ['strings', v8heap.strings, 2],
    ['code', v8heap.code, 2],
    ['JS arrays', v8heap.jsArrays, 2],
    ['system', v8heap.system, 2],
    ['Native', native.total, 1],
    ['typed arrays', native.typedArrays, 2],
  ];
  const [{ sizeBytes, nodeCount, edgeCount, path }] = snapshots;
  return (
    <>
      <Head title="Statistics" lead={path} />
      <Composition
        parts={parts}
        whole={whole}
        label={`The heap: ${parts.map(({ label, bytes }) => `${label} ${size(bytes)}`).join(', ')}`}
      />
      <Section title="In figures">
        <table class="plain">
          <caption class="unseen">Composition of the heap</caption>
          <thead>
            <tr>
              <th scope="col" class="text">
                Part
              </th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col" class="number">
                Of the heap
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, bytes, depth]) => (
              <tr key={label} class={`depth-${depth}`}>
                <th scope="row" class="text">
                  {label}
                </th>
                <td class="number">{size(Number(bytes))}</td>
                <td class="number quiet">{percent(Number(bytes), total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <dl class="figures">
          <Figure label="File" value={size(sizeBytes)} />
          <Figure label="Nodes" value={count(nodeCount)} />
          <Figure label="Edges" value={count(edgeCount)} />
          <Figure label="Contents of buffers, external strings" value={size(totals.externalBytes)} />
        </dl>
      </Section>
    </>
  );
}

export { Statistics };
