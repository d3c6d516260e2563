import { NewReview } from '@/lib/contracts/postmortem';
import { addReview } from '@/lib/server/postmortems/review';
import { route } from '@/lib/server/route';

export const POST = route('incidents:review', NewReview, (review, context) => addReview(review, context));
