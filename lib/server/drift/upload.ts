import 'server-only';
import { MAX_BASELINE_BYTES } from '@/lib/contracts/baseline-limits';
import { AppError } from '../errors';
import { readBytes } from '../route';

/** What multipart puts around a file. */
const ENVELOPE_BYTES = 100_000;

/**
 * The text of an uploaded file: the body itself, or the part `file` of multipart/form-data. At most MAX_BASELINE_BYTES
 * are read of what is sent; a file that is not UTF-8 is refused.
 */
export async function readUpload(request: Request): Promise<{ text: string; fileName: string | null }> {
  const type = request.headers.get('content-type') ?? '';
  let bytes: Uint8Array<ArrayBuffer>;
  let fileName: string | null = null;
  try {
    bytes = await readBytes(request, MAX_BASELINE_BYTES + ENVELOPE_BYTES);
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_large') throw tooLarge(error);
    throw error;
  }
  if (/^multipart\/form-data\b/i.test(type)) {
    const part = await filePart(bytes, type);
    fileName = part.name.slice(0, 500);
    bytes = new Uint8Array(await part.arrayBuffer());
  }
  if (bytes.byteLength > MAX_BASELINE_BYTES) throw tooLarge();
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), fileName };
  } catch (cause) {
    throw new AppError('bad_request', 'This file is not text in UTF-8; a baseline is JSON or CSV.', { cause });
  }
}

async function filePart(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<File> {
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw new AppError('bad_request', 'The multipart body cannot be read.', { cause });
  }
  const part = form.get('file');
  if (part instanceof File) return part;
  throw new AppError('bad_request', 'The multipart body has no part “file” with a file.');
}

const tooLarge = (cause?: unknown): AppError =>
  new AppError(
    'too_large',
    `A baseline has at most ${MAX_BASELINE_BYTES / 1e6} MB. Send histograms instead of raw values, or a sample of the rows.`,
    { cause },
  );
