'use strict';

/**
 * Preloaded into a command (`node --require`): its analyses take two seconds longer than they do, telling their
 * progress and obeying cancellation all the while. What a person sees of long work can so be tested on any machine.
 */

const { loadNative } = require('../../lib/native');

const native = loadNative();
const { analyze, CancelFlag } = native;
const cancelled = new WeakSet();
const { cancel } = CancelFlag.prototype;

CancelFlag.prototype.cancel = function () {
  cancelled.add(this);
  return cancel.call(this);
};

native.analyze = async (input, options, flag, onProgress) => {
  for (let step = 1; step <= 20 && !cancelled.has(flag); step++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    onProgress?.({ phase: 'nodes', fraction: step / 20 });
  }
  return analyze(input, options, flag, onProgress);
};
