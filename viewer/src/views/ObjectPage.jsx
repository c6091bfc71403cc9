// @ts-check

/** All about one object: why it is alive first, then what it refers to, what refers to it, what it keeps alive. */

import { thePage, useAnswer } from '../answers.js';
import { Figure, Head, ObjectName, Section, SizeBar, Waiting, shownOf } from '../parts/parts.jsx';
import { Path } from '../parts/Path.jsx';
import { PlaceName } from '../parts/Source.jsx';
import { Tree } from '../parts/Tree.jsx';
import { count, counted, distance, nodeName, size } from '../numbers.js';

/** @param {{ route: import('../route.js').Route }} props */
function ObjectPage({ route }) {
  const [, file, id] = route.path;
  const asked = useAnswer(`object/${file}/${id}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what={`Looking at @${id}…`} />;
  const { node, paths, holders, allocation } = answer;
  const at = Number(file);
  return (
    <article class="object-page">
      <p class="crumbs">
        {thePage().files[at]?.name} <span aria-hidden="true">›</span> {nodeName(node)} @{node.id}
      </p>
      <Head title={answer.sentence} />
      <Facts node={node} />
      {node.value ? <Value value={node.value} /> : null}
      {paths.length > 0 ? (
        <Section title="Why it is alive" about={holdersText(holders)}>
          {holders.cut ? (
            <p class="notice">
              Freed with {size(holders.cut.frees)} by cutting <code>{holders.cut.text}</code>
            </p>
          ) : null}
          <div class="paths">
            {paths.map((/** @type {any} */ path, /** @type {number} */ index) => (
              <Path key={index} hops={path} file={at} label={`Way ${index + 1} from a root`} />
            ))}
          </div>
          {holders.cut?.besides ? (
            <>
              <p class="quiet">Besides, left out of retained sizes:</p>
              <Path hops={holders.cut.besides} file={at} label="A way that retained sizes leave out" />
            </>
          ) : null}
        </Section>
      ) : null}
      {allocation ? <Allocation frames={allocation} /> : null}
      <Section title="Refers to" about={shownOf(answer.properties.length, answer.propertyCount)}>
        <Tree
          question={(one) => `object/${file}/${one}`}
          rows={answer.properties}
          take={(told) => told.properties}
          file={at}
          whole={node.retainedSize}
          label="What it refers to"
        />
      </Section>
      <Section title="Referred to by" about={shownOf(answer.retainers.length, answer.retainerCount)}>
        <Tree
          question={(one) => `object/${file}/${one}`}
          rows={answer.retainers}
          take={(told) => told.retainers}
          file={at}
          label="What refers to it"
          backwards
        />
      </Section>
      <Dominators answer={answer} file={at} />
      <Dominated answer={answer} />
    </article>
  );
}

/** @param {any} holders */
function holdersText({ independent, orMore, shared }) {
  const meet = shared ? `, which meet in @${shared.id}` : '';
  if (independent <= 1) return 'one holder';
  return `${count(independent)}${orMore ? ' or more' : ''} independent holders${meet}`;
}

/** @param {{ node: any }} props */
function Facts({ node }) {
  const what = [node.type, ...(node.class === node.name ? [] : [`class ${node.class}`])];
  if (node.detachedness !== 'unknown') what.push(node.detachedness);
  return (
    <>
      <dl class="figures">
        <Figure label="Retained" value={size(node.retainedSize)} />
        <Figure label="Shallow" value={size(node.selfSize)} />
        <Figure label="Distance" value={distance(node.distance)} />
        <Figure label="Type" value={what.join(', ')} />
        {node.entries === undefined ? null : <Figure label="Entries" value={count(node.entries)} />}
      </dl>
      {node.variable ? (
        <p>
          <span class="quiet">Called</span> <code>{node.variable.name}</code>{' '}
          {node.variable.place ? <PlaceName place={node.variable.place} /> : null}
        </p>
      ) : null}
      {node.place ? (
        <p>
          <span class="quiet">{node.type === 'closure' ? 'Function in' : 'Its class stands in'}</span>{' '}
          <PlaceName place={node.place} />
        </p>
      ) : null}
    </>
  );
}

/** @param {{ value: any }} props */
function Value({ value }) {
  const notes = [];
  if (value.length !== undefined) notes.push(counted(value.length, 'character'));
  if (value.truncated) notes.push('the beginning is shown');
  if (value.sliceOf !== undefined)
    notes.push(`a part of @${value.sliceOf}, all of which is shown: a snapshot does not say which part`);
  if (value.cutParts !== undefined)
    notes.push('longer in the program: V8 writes the first 1,024 characters of each of its parts');
  return (
    <Section title="Value" about={[value.type, ...notes].join('; ')}>
      <pre class="value" tabIndex={0} aria-label="The value">
        {value.text}
      </pre>
    </Section>
  );
}

/** @param {{ frames: any[] }} props */
const Allocation = ({ frames }) => (
  <Section title="Allocated by" about="innermost first">
    <ol class="frames">
      {frames.map((frame, index) => (
        <li key={index}>
          <code>{frame.function ?? '(anonymous)'}</code>{' '}
          {frame.file === undefined ? null : <PlaceName place={{ ...frame, function: undefined }} />}
        </li>
      ))}
    </ol>
  </Section>
);

/** @param {{ answer: any, file: number }} props */
function Dominators({ answer: { dominators, dominatorCount, node }, file }) {
  if (dominatorCount === 0) return null;
  const whole = dominators[dominators.length - 1]?.retainedSize ?? node.retainedSize;
  return (
    <Section
      title="Depends on"
      about={`its dominators, nearest first; ${shownOf(dominators.length, dominatorCount)}`}
    >
      <ul class="ranking">
        {dominators.map((/** @type {any} */ one) => (
          <li key={one.id}>
            <ObjectName node={one} file={file} />
            <SizeBar bytes={one.retainedSize} whole={whole} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** @param {{ answer: any }} props */
function Dominated({ answer: { dominated } }) {
  if (dominated.count === 0) return null;
  return (
    <Section
      title="Keeps alive"
      about={`${counted(dominated.count, 'node')}, ${size(dominated.selfSize)}; classes: ${shownOf(dominated.classes.length, dominated.classCount)}`}
    >
      <ul class="ranking">
        {dominated.classes.map((/** @type {any} */ row) => (
          <li key={row.key}>
            <span class="ranking-name">
              {row.name} <span class="quiet">{count(row.count)}</span>
            </span>
            <SizeBar bytes={row.selfSize} whole={dominated.selfSize} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

export { ObjectPage };
