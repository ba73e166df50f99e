/**
 * What the tiny models say. A grammar is a set of word classes and, for each, the classes that may follow with their
 * weights. It is built into the weights (see weights.ts), so that random text looks like sentences or code.
 */

interface WordClass {
  readonly name: string;
  readonly words: readonly string[];
  readonly next: Readonly<Record<string, number>>;
}

export interface Grammar {
  /** Classes that may follow the prompt. */
  readonly start: Readonly<Record<string, number>>;
  readonly classes: readonly WordClass[];
}

/** Name of the end-of-text token as a class. */
export const END = 'end';

const spaced = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => `▁${word}`);

export const ENGLISH: Grammar = {
  start: { opening: 3, adverb: 1 },
  classes: [
    { name: 'opening', words: spaced('The A This That Every Another One Our Each Some'), next: { trait: 2, actor: 2 } },
    {
      name: 'adverb',
      words: spaced('Today Often Sometimes Here Perhaps Tonight Soon Always Usually Finally Meanwhile Again'),
      next: { article: 3 },
    },
    { name: 'article', words: spaced('the a this that every another one our each some'), next: { trait: 2, actor: 2 } },
    {
      name: 'trait',
      words: spaced(`quiet young brave honest patient clever gentle curious modern ancient busy careful proud simple calm
        friendly hidden steady lonely cheerful northern southern eastern western rapid silent warm bright small great`),
      next: { actor: 5 },
    },
    {
      name: 'actor',
      words: spaced(`node relay engine wallet worker network machine river teacher garden city child painter sailor robot
        forest ocean cloud mountain writer baker farmer doctor student pilot singer neighbour traveller scholar guard
        bird horse fox whale market village library harbour island moon star winter summer server model keeper`),
      next: { verb: 5, manner: 1 },
    },
    {
      name: 'manner',
      words: spaced('quickly slowly gently always rarely never often quietly proudly surely kindly simply'),
      next: { verb: 5 },
    },
    {
      name: 'verb',
      words: spaced(`finds keeps sends earns builds shares paints carries follows opens remembers protects measures moves
        watches writes reads learns holds lifts crosses answers calls helps makes needs loves knows gives takes brings
        turns meets leaves draws counts signs proves checks stores`),
      next: { object: 4, determiner: 5 },
    },
    {
      name: 'determiner',
      words: spaced('the a its his her their any many several two three seven'),
      next: { quality: 2, object: 3 },
    },
    {
      name: 'quality',
      words: spaced(`new old long deep clear golden silver heavy light secret perfect broken open round narrow wide sweet
        fresh green blue red white dark little useful rare valid fair`),
      next: { object: 5 },
    },
    {
      name: 'object',
      words: spaced(`task score token stake key message letter song story bridge road lamp door window book map bread
        water stone flower fire coin ship train wheel mirror clock box ring dream promise question lesson picture signal
        number name place hour path seed tree house boat field tower gift word voice`),
      next: { stop: 8, comma: 3, link: 1, join: 2 },
    },
    {
      name: 'link',
      words: spaced('near under over beside behind inside with without before after across beyond through around'),
      next: { determiner: 4, object: 1 },
    },
    { name: 'join', words: spaced('and then but'), next: { verb: 4 } },
    { name: 'comma', words: [','], next: { clause: 4 } },
    { name: 'clause', words: spaced('while because although whenever so yet'), next: { article: 4 } },
    { name: 'stop', words: ['.'], next: { opening: 4, adverb: 4, end: 7 } },
  ],
};

export const CODE: Grammar = {
  start: { keyword: 3, comment: 1 },
  classes: [
    { name: 'comment', words: ['#'], next: { note: 5 } },
    {
      name: 'note',
      words: spaced('sum sort check count parse merge load clean find update reset build every each known next first last'),
      next: { note: 2, line: 2 },
    },
    { name: 'keyword', words: spaced('return print assert yield raise'), next: { function: 3, value: 3 } },
    {
      name: 'name',
      words: spaced('total count index result item node task score price block chunk token state label width left right'),
      next: { assign: 5 },
    },
    { name: 'assign', words: spaced('= += -='), next: { function: 3, value: 3 } },
    {
      name: 'function',
      words: spaced('len max min sorted range abs round list set hash encode decode split'),
      next: { open: 5 },
    },
    { name: 'open', words: ['('], next: { value: 5 } },
    {
      name: 'value',
      words: spaced('items values rows keys data text number limit offset seed size first last x y z n i j'),
      next: { operator: 3, line: 4 },
    },
    { name: 'operator', words: spaced('+ - * / % == < >'), next: { operand: 5 } },
    { name: 'operand', words: spaced('0 1 2 3 7 8 10 16 64 100 a b c k m step delta weight'), next: { close: 1, line: 5 } },
    { name: 'close', words: [')'], next: { line: 5 } },
    { name: 'line', words: ['\n'], next: { keyword: 3, name: 4, comment: 3, end: 5 } },
  ],
};
