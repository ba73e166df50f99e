/** ControlNet and its preprocessing methods. Source: RELAY_PROTOCOL 7.1. */
import { z } from 'zod';
import { type ArgsDialect, integerField, nonEmptyField, percentField } from './fields.ts';

const PLAIN_METHODS = [
  'scribble_hed',
  'scribble_hedsafe',
  'softedge_hedsafe',
  'depth_midas',
  'openpose',
  'openpose_face',
  'openpose_faceonly',
  'openpose_full',
  'openpose_hand',
  'normal_bae',
  'lineart_coarse',
  'lineart_realistic',
  'lineart_anime',
] as const;
const PIDINET_METHODS = ['scribble_pidinet', 'softedge_pidinet', 'scribble_pidisafe', 'softedge_pidisafe'] as const;
const LERES_METHODS = ['depth_leres', 'depth_leres++'] as const;

function methodsWithArgs<Methods extends readonly [string, ...string[]], Shape extends z.ZodRawShape>(
  methods: Methods,
  shape: Shape,
) {
  return z.object({ method: z.enum(methods), args: z.object(shape).nullable().default(null) });
}

/** Without a `method`, several variants of the JSON schema match at once, so the relay refuses it, as the worker does. */
function preprocessField(dialect: ArgsDialect) {
  const integer = integerField(dialect);
  const percent = percentField(dialect);
  const integerOrNull = integer.nullable().default(null);
  return z.discriminatedUnion('method', [
    z.object({ method: z.enum(PLAIN_METHODS) }),
    methodsWithArgs(['canny'], { low_threshold: integer.default(100), high_threshold: integer.default(200) }),
    methodsWithArgs(['mlsd'], { thr_v: percent.default(10), thr_d: percent.default(10) }),
    methodsWithArgs(PIDINET_METHODS, { apply_filter: z.boolean().default(false) }),
    methodsWithArgs(['depth_zoe'], { gamma_corrected: z.boolean().default(false) }),
    methodsWithArgs(LERES_METHODS, { thr_a: integer.default(0), thr_b: integer.default(0) }),
    methodsWithArgs(['shuffle'], { h: integerOrNull, w: integerOrNull, f: integerOrNull }),
    methodsWithArgs(['mediapipe_face'], { max_faces: integer.default(1), min_confidence: percent.default(50) }),
  ]);
}

export function controlnetField(dialect: ArgsDialect) {
  return z.object({
    model: nonEmptyField,
    variant: z.string().nullable().default(null),
    image_dataurl: z.string().default(''),
    weight: percentField(dialect).default(70),
    preprocess: preprocessField(dialect).nullable().default(null),
  });
}
