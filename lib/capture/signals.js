// @ts-check
'use strict';

/**
 * Signals on which a snapshot can be taken: those that can be handled, and mean nothing to Node or to who ends
 * processes.
 * @type {NodeJS.Signals[]}
 */
const SIGNALS = ['SIGUSR2', 'SIGHUP', 'SIGWINCH', 'SIGIO', 'SIGURG', 'SIGPWR', 'SIGTTIN', 'SIGTTOU'];

module.exports = { SIGNALS };
