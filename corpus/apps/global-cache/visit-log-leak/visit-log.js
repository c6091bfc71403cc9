// Visits, newest last.
'use strict';

exports.recent = [];

exports.note = (path, agent) => {
  exports.recent.push({ path, agent, parts: path.split('/'), at: new Date() });
};
