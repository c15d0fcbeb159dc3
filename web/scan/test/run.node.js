// Prints what one function of run.js gives, as JSON.
import * as run from './run.js';

console.log(JSON.stringify(await run[process.argv[2]]()));
