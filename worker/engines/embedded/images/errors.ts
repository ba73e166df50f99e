/** Errors of image tasks besides bad arguments and missing models; none is reported to the network (law 2). */
import { CodedError, type ErrorCatalogue } from '../../../../protocol/errors.ts';

export const IMAGE_ERRORS = {
  IMAGE_BAD_MODEL: {
    meaning:
      'A diffusion model folder is not what the embedded engine can read: a file is missing, damaged or in another layout.',
    remedy: 'Download the model again, in the ONNX layout of diffusers; the message names the file.',
  },
  IMAGE_BLANK: {
    meaning:
      'An image came out with an all-zero hash, black or blackened by the safety checker; such a result must not be submitted.',
    remedy: 'None needed: nothing is reported, and the task times out.',
  },
  IMAGE_DIVERGED: {
    meaning: 'The model returned values that are not numbers, so there is no image.',
    remedy: 'Use a model in float32, or run it on the processor. Nothing is reported, and the task times out.',
  },
} as const satisfies ErrorCatalogue;

export class ImageError extends CodedError<keyof typeof IMAGE_ERRORS> {}
