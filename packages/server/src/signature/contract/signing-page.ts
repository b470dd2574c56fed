import Type, { type Static } from 'typebox';
import { stringEnum, Text } from '../../kernel/contract/primitives.ts';

export const LANGUAGES = ['EN', 'NO', 'DA', 'SV', 'FI', 'NL', 'DE'] as const;
export const COLOR_THEMES = [
  'Default',
  'Black',
  'Blue',
  'Cyan',
  'Dark',
  'Lime',
  'Neutral',
  'Pink',
  'Purple',
  'Red',
  'Teal',
  'Indigo',
  'LightBlue',
  'DeepPurple',
  'Green',
  'LightGreen',
  'Yellow',
  'Amber',
  'Orange',
  'DeepOrange',
  'Brown',
  'Gray',
  'BlueGray',
  'OceanGreen',
  'GreenOcean',
] as const;
export const THEME_MODES = ['Default', 'Light', 'Dark'] as const;
export const SPINNERS = ['Document', 'Classic', 'Cubes', 'Bounce'] as const;

const optional = Type.Optional;

const FormField = Type.Object(
  {
    key: Text({ minLength: 1, maxLength: 100, description: 'Name of the field in results.' }),
    description: optional(Text({ maxLength: 1000, description: 'Label that the signer sees.' })),
    type: optional(stringEnum(['Text', 'Checkbox'], { description: 'Kind of input.' })),
    regex: optional(Text({ maxLength: 500, description: 'Pattern that the whole input must match, as /^…$/.' })),
    required: optional(Type.Boolean({ description: 'Whether it must be filled in.' })),
  },
  { description: 'A field that the signer fills in.' },
);

const DialogBefore = Type.Object(
  {
    useCheckBox: optional(Type.Boolean({ description: 'Asks for a tick before going on.' })),
    title: optional(Text({ maxLength: 300, description: 'Heading of the dialog.' })),
    message: optional(Text({ maxLength: 5000, description: 'Text of the dialog; web addresses in it are links.' })),
    formFields: optional(Type.Array(FormField, { maxItems: 50, description: 'Fields to fill in.' })),
  },
  { description: 'Shown before the document.' },
);
export type DialogBefore = Static<typeof DialogBefore>;

const Dialogs = Type.Object(
  {
    before: optional(DialogBefore),
    after: optional(
      Type.Object(
        {
          title: optional(Text({ maxLength: 300, description: 'Heading of the dialog.' })),
          message: optional(
            Text({ maxLength: 5000, description: 'Text of the dialog; web addresses in it are links.' }),
          ),
        },
        { description: 'Shown when the signer has signed.' },
      ),
    ),
  },
  { description: 'What is shown to the signer before and after signing.' },
);

const Styling = Type.Object(
  {
    colorTheme: optional(
      stringEnum(COLOR_THEMES, {
        aliases: { Grey: 'Gray', BlueGrey: 'BlueGray' },
        description: 'Colours; Default is the account’s.',
      }),
    ),
    themeMode: optional(stringEnum(THEME_MODES, { description: 'Light or dark; Default is the signer’s choice.' })),
    spinner: optional(stringEnum(SPINNERS, { description: 'Animation while something is going on.' })),
    hideTopBar: optional(Type.Boolean({ description: 'Leaves the bar with the sender’s name away.' })),
    backgroundColor: optional(
      Type.String({ pattern: '^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$', description: 'Colour as #rgb or #rrggbb.' }),
    ),
  },
  { description: 'Look of the signing page.' },
);

export const Ui = Type.Object(
  {
    language: optional(stringEnum(LANGUAGES, { description: 'Language, two letters.' })),
    dialogs: optional(Dialogs),
    styling: optional(Styling),
  },
  { description: 'Language and look of the signing page.' },
);
