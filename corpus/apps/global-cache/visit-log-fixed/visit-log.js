// Visits, newest last, the latest fifty.
'use strict';

exports.recent = [];

exports.note = (path, agent) => {
  exports.recent.push({ path, agent, parts: path.split('/'), at: new Date() });
  if (exports.recent.length > 50) exports.recent.shift();
};
