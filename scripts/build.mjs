import * as prepare from './prepare.mjs';

/** `npm run build`: packages, database clients and the console, each only when out of date. */

prepare.refuseOldNode();
prepare.ensureInstalled();
prepare.ensureGenerated();
if (!prepare.ensureBuilt()) prepare.refuse('the console could not be built; the reason is above.');
prepare.say('built; npm start serves it.');
