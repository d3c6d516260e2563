import { StepAnswer } from '@/lib/contracts/checklist';
import { answerRunStep } from '@/lib/server/checklists/store';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', StepAnswer, (answer, context) => answerRunStep(answer, context));
