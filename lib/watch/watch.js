// @ts-check
'use strict';

/**
 * One watch over the memory of this process: looks at the ledger every so often, raises alerts, takes snapshots.
 *
 * It must never be the reason for trouble itself. Its timer does not keep the process alive; a look that finds an
 * earlier one still busy is left out; an alert that goes on is told once per cool-down; and however often memory
 * crosses a line, there are only so many snapshots in a day, each of which stops the app.
 */

const DAY_MS = 24 * 3_600_000;

/**
 * @typedef {import('./ledger').MemoryLedger} MemoryLedger
 *
 * @typedef {object} Rules
 * @property {number} [heapUsedAbove]
 * @property {number} [rssAbove]
 * @property {number} [growthAbove]
 * @property {'heapUsed' | 'rss'} [growthOf] of which figure; default: heapUsed
 * @property {number} warmUp
 * @property {number} coolDown
 * @property {number} maxSnapshots in 24 hours
 *
 * @typedef {object} World what is around the watch; tests have one of their own
 * @property {() => MemoryLedger} ledger
 * @property {() => number} now milliseconds that never go back
 * @property {((reason: string) => Promise<any>) | null} capture
 * @property {((alert: any) => unknown) | undefined} onAlert
 * @property {((name: string, value: number) => unknown) | undefined} gauge
 * @property {(memory: MemoryLedger, gauge: (name: string, value: number) => unknown) => void} report
 * @property {(message: string) => void} warn
 */

/**
 * @typedef {object} Alert
 * @property {'heapUsed' | 'rss' | 'growth'} kind
 * @property {string} message
 * @property {number} value bytes
 * @property {number} threshold bytes
 * @property {number} [baseline] bytes
 * @property {number} [growth] share
 * @property {MemoryLedger} memory
 * @property {any} [snapshot]
 * @property {'coolDown' | 'limit' | 'failed'} [snapshotSkipped]
 * @property {unknown} [snapshotError]
 */

class Watch {
  /** @type {number | undefined} bytes of heap in use that growth is counted from */
  baseline;
  #rules;
  #world;
  #startedAt;
  #looking = false;
  /** When each kind of alert was last raised while it held. @type {Map<string, number>} */
  #raised = new Map();
  /** When snapshots were taken. @type {number[]} */
  #taken = [];

  /** @param {Rules} rules @param {World} world */
  constructor(rules, world) {
    this.#rules = rules;
    this.#world = world;
    this.#startedAt = world.now();
    if (rules.warmUp === 0) this.baseline = world.ledger()[rules.growthOf ?? 'heapUsed'];
  }

  /**
   * Looks once. Never rejects.
   * @returns {Promise<Alert[]>} the alerts that were raised
   */
  async look() {
    if (this.#looking) return [];
    this.#looking = true;
    try {
      const memory = this.#world.ledger();
      if (this.#world.gauge)
        this.#guarded('gauge', () => this.#world.report(memory, this.#world.gauge ?? noop));
      /** @type {Alert[]} */
      const alerts = [];
      for (const alert of this.#due(memory)) {
        await this.#attach(alert);
        alerts.push(alert);
        if (this.#world.onAlert) await this.#guardedAsync('onAlert', () => this.#world.onAlert?.(alert));
        else this.#world.warn(alert.message);
      }
      return alerts;
    } finally {
      this.#looking = false;
    }
  }

  /**
   * @param {MemoryLedger} memory
   * @returns {Alert[]}
   */
  #due(memory) {
    const { heapUsedAbove, rssAbove } = this.#rules;
    const alerts = [
      this.#aboveLine('heapUsed', memory, heapUsedAbove),
      this.#aboveLine('rss', memory, rssAbove),
      this.#grown(memory),
    ];
    return alerts.flatMap((alert) => alert ?? []);
  }

  /**
   * @param {'heapUsed' | 'rss'} kind
   * @param {MemoryLedger} memory
   * @param {number} [threshold]
   * @returns {Alert | undefined}
   */
  #aboveLine(kind, memory, threshold) {
    const value = memory[kind];
    if (threshold === undefined || value <= threshold) {
      this.#raised.delete(kind);
      return undefined;
    }
    const last = this.#raised.get(kind);
    if (last !== undefined && this.#world.now() - last < this.#rules.coolDown) return undefined;
    this.#raised.set(kind, this.#world.now());
    const message = `${kind} is ${megabytes(value)}, above ${megabytes(threshold)}`;
    return { kind, message, value, threshold, memory };
  }

  /**
   * @param {MemoryLedger} memory
   * @returns {Alert | undefined}
   */
  #grown(memory) {
    const { growthAbove, warmUp, growthOf = 'heapUsed' } = this.#rules;
    if (growthAbove === undefined) return undefined;
    const value = memory[growthOf];
    if (this.baseline === undefined) {
      if (this.#world.now() - this.#startedAt >= warmUp) this.baseline = value;
      return undefined;
    }
    const baseline = this.baseline;
    const threshold = baseline * (1 + growthAbove);
    if (value <= threshold) return undefined;
    // What has been told is where the next growth begins.
    this.baseline = value;
    const growth = (value - baseline) / baseline;
    const message = `${growthOf} grew by ${(growth * 100).toFixed(1)} %, ${megabytes(baseline)} → ${megabytes(value)}`;
    return { kind: 'growth', message, value, threshold, baseline, growth, memory };
  }

  /** @param {Alert} alert gets its snapshot, or why it has none */
  async #attach(alert) {
    if (!this.#world.capture) return;
    const now = this.#world.now();
    this.#taken = this.#taken.filter((time) => now - time < DAY_MS);
    const last = this.#taken.at(-1);
    if (this.#taken.length >= this.#rules.maxSnapshots) alert.snapshotSkipped = 'limit';
    else if (last !== undefined && now - last < this.#rules.coolDown) alert.snapshotSkipped = 'coolDown';
    if (alert.snapshotSkipped) return;
    // Counted before it is tried: what fails has stopped the app as well.
    this.#taken.push(now);
    try {
      alert.snapshot = await this.#world.capture(alert.kind);
      alert.message += `; snapshot in ${alert.snapshot.path}`;
    } catch (error) {
      alert.snapshotSkipped = 'failed';
      alert.snapshotError = error;
      alert.message += `; no snapshot: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** @param {string} name @param {() => unknown} call */
  #guarded(name, call) {
    try {
      call();
    } catch (error) {
      this.#failed(name, error);
    }
  }

  /** @param {string} name @param {() => unknown} call */
  async #guardedAsync(name, call) {
    try {
      await call();
    } catch (error) {
      this.#failed(name, error);
    }
  }

  /** @param {string} name @param {unknown} error */
  #failed(name, error) {
    this.#world.warn(
      `${name} of watchMemory() failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function noop() {}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

module.exports = { Watch };
