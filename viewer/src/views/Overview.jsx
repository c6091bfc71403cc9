// @ts-check

/** One heap at a glance: how big, of what, what may leak in it, what holds most. */

import { useAnswer } from '../answers.js';
import { Composition, Grade, Head, ObjectName, Section, SizeBar, Waiting, partsOf } from '../parts/parts.jsx';
import { PlaceName } from '../parts/Source.jsx';
import { count, counted, size } from '../numbers.js';
import { linkTo } from '../route.js';
import { lastFile } from '../views.js';

const FEW = 8;

/** @param {{ page: import('../answers.js').Page }} props */
function Overview({ page }) {
  const file = lastFile();
  const asked = useAnswer(`analysis/${file}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  const { statistics, classes, biggest, findings, snapshots } = answer;
  const { parts, whole } = partsOf(statistics);
  const [snapshot] = snapshots;
  return (
    <>
      <Head
        title={`${size(statistics.total)} in ${counted(snapshot.nodeCount, 'node')}`}
        lead={`${page.files[file].name}: ${size(snapshot.sizeBytes)} file, ${counted(snapshot.edgeCount, 'edge')}`}
      />
      <Composition
        parts={parts}
        whole={whole}
        label={`The heap: ${parts.map(({ label, bytes }) => `${label} ${size(bytes)}`).join(', ')}`}
      />
      {findings ? <Hints findings={findings} /> : null}
      <div class="columns">
        <Section title="Classes that retain most" about={<a href={linkTo(['classes'])}>all classes</a>}>
          <ul class="ranking">
            {classes.slice(0, FEW).map((/** @type {any} */ row) => (
              <li key={row.key}>
                <a class="ranking-name" href={linkTo(['classes'], { q: row.name })}>
                  {row.name}
                </a>
                <SizeBar bytes={row.retainedSize} whole={statistics.total} />
              </li>
            ))}
          </ul>
        </Section>
        <Section title="Objects that retain most" about={<a href={linkTo(['biggest'])}>with their paths</a>}>
          <ul class="ranking">
            {biggest.slice(0, FEW).map((/** @type {any} */ row) => (
              <li key={row.node.id}>
                <ObjectName node={row.node} file={file} />
                <SizeBar bytes={row.retainedSize} whole={statistics.total} />
              </li>
            ))}
          </ul>
        </Section>
      </div>
    </>
  );
}

/** @param {{ findings: any[] }} props */
function Hints({ findings }) {
  if (findings.length === 0)
    return <p class="notice good">No hints: nothing stands out that could be a leak.</p>;
  return (
    <Section title="What to look at first" about="hints: one snapshot shows what there is and not what grows">
      <ol class="findings">
        {findings.map((finding, index) => {
          const place = finding.addedIn?.place ?? finding.holder.place;
          return (
            <li key={finding.sentence}>
              <article class="finding-card edge-hint">
                <div class="finding-card-top">
                  <Grade grade="hint" />
                  <span class="quiet">may be: {finding.title}</span>
                </div>
                <a class="finding-card-sentence" href={linkTo(['finding', `hint-${index + 1}`])}>
                  {finding.sentence}
                </a>
                <div class="finding-card-bottom">
                  <span class="quiet">{count(finding.entries.count)} entries</span>
                  <strong>{size(finding.bytes.retained)}</strong>
                  {place ? <PlaceName place={place} /> : null}
                </div>
              </article>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

export { Overview };
