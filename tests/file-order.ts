import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Runs the files whose paths end like these first, in this order, and the others as vitest would: what takes longest
 * must not begin last, or one worker ends alone.
 */
export const beginWith = (endings: readonly string[]) =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const place = ({ moduleId }: TestSpecification): number => {
        const at = endings.findIndex((ending) => moduleId.endsWith(ending));
        return at === -1 ? endings.length : at;
      };
      return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
    }
  };
