// @ts-check
/** Node, and nothing else: what every command written for it has to pay. */
'use strict';
void __dirname;
