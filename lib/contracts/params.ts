import * as z from 'zod';

/** Parameters of a route that takes none; whatever else stands in the address is ignored. */
export const NoParams = z.object({});
