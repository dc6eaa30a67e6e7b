/** About what Teams looks like: a HostConfig for the official renderer and the styles that it leaves to the host. */

export type Theme = 'light' | 'dark';

interface Palette {
  page: string;
  card: string;
  line: string;
  text: string;
  subtle: string;
  accent: string;
  good: string;
  warning: string;
  attention: string;
  emphasis: string;
  accentGround: string;
  goodGround: string;
  warningGround: string;
  attentionGround: string;
  button: string;
  field: string;
}

const palettes: Record<Theme, Palette> = {
  light: {
    page: '#f5f5f5',
    card: '#ffffff',
    line: '#e0e0e0',
    text: '#242424',
    subtle: '#616161',
    accent: '#5b5fc7',
    good: '#0e700e',
    warning: '#8f4e00',
    attention: '#b10e1c',
    emphasis: '#f5f5f5',
    accentGround: '#e8ebfa',
    goodGround: '#e7f2da',
    warningGround: '#fbf6d9',
    attentionGround: '#fcf4f6',
    button: '#ffffff',
    field: '#f5f5f5',
  },
  dark: {
    page: '#1f1f1f',
    card: '#292929',
    line: '#424242',
    text: '#ffffff',
    subtle: '#adadad',
    accent: '#9ea2ff',
    good: '#92c353',
    warning: '#fcd116',
    attention: '#f9526b',
    emphasis: '#333333',
    accentGround: '#2f2f4a',
    goodGround: '#1f2f14',
    warningGround: '#3a3014',
    attentionGround: '#3e1f25',
    button: '#292929',
    field: '#1f1f1f',
  },
};

const fonts = "'Segoe UI', 'Liberation Sans', sans-serif";

function colors(palette: Palette) {
  const one = (color: string, subtle = color) => ({ default: color, subtle });
  return {
    default: one(palette.text, palette.subtle),
    dark: one('#242424', '#616161'),
    light: one('#ffffff', '#adadad'),
    accent: one(palette.accent),
    good: one(palette.good),
    warning: one(palette.warning),
    attention: one(palette.attention),
  };
}

/** For `new HostConfig(…)` of the package adaptivecards. */
export function hostConfig(theme: Theme): object {
  const palette = palettes[theme];
  const ground = (backgroundColor: string) => ({ backgroundColor, foregroundColors: colors(palette) });
  const font = (fontFamily: string) => ({
    fontFamily,
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
  });
  return {
    supportsInteractivity: true,
    choiceSetInputValueSeparator: ',',
    fontTypes: { default: font(fonts), monospace: font("'Cascadia Mono', 'Liberation Mono', monospace") },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: palette.line },
    containerStyles: {
      default: ground(palette.card),
      emphasis: ground(palette.emphasis),
      accent: ground(palette.accentGround),
      good: ground(palette.goodGround),
      warning: ground(palette.warningGround),
      attention: ground(palette.attentionGround),
    },
    actions: {
      maxActions: 6,
      spacing: 'Default',
      buttonSpacing: 8,
      actionsOrientation: 'Horizontal',
      actionAlignment: 'Left',
    },
    inputs: {
      label: {
        inputSpacing: 'None',
        requiredInputs: { weight: 'Bolder', color: 'Default', size: 'Small', suffix: ' *', suffixColor: 'Attention' },
        optionalInputs: { weight: 'Bolder', color: 'Default', size: 'Small' },
      },
      errorMessage: { color: 'Attention', spacing: 'Small', size: 'Small', weight: 'Default' },
    },
    textStyles: { heading: { weight: 'Bolder', size: 'Large', color: 'Default' } },
  };
}

export function themeStyle(theme: Theme): string {
  const palette = palettes[theme];
  return `
    * { box-sizing: border-box; }
    html { color-scheme: ${theme}; }
    body { margin: 0; background: ${palette.page}; font-family: ${fonts}; }
    #frame { padding: 16px; background: ${palette.page}; }
    #card { background: ${palette.card}; border: 1px solid ${palette.line}; border-radius: 6px; overflow: hidden; }
    .ac-adaptiveCard { outline: none; }
    .ac-actionSet { flex-wrap: wrap; row-gap: 8px; overflow: visible !important; }
    .ac-pushButton { font: 600 14px ${fonts}; min-height: 32px; padding: 5px 12px; border-radius: 4px;
      border: 1px solid ${palette.line}; background: ${palette.button}; color: ${palette.text}; }
    .ac-pushButton.style-positive { background: ${theme === 'light' ? '#5b5fc7' : '#4f52b2'}; border-color: transparent; color: #fff; }
    .ac-pushButton.style-destructive { color: ${palette.attention}; border-color: ${palette.attention}; }
    .ac-input-container { margin-top: 4px; }
    .ac-input { font: 14px ${fonts}; color: ${palette.text}; }
    input.ac-input, select.ac-input, textarea.ac-input, .ac-input > select {
      width: 100%; padding: 6px 10px; border: 1px solid ${palette.line}; border-radius: 4px;
      background: ${palette.field}; color: ${palette.text}; font: 14px ${fonts}; min-height: 32px; }
    .ac-choiceSetInput-filtered-container, .ac-choiceSetInput-filtered-textbox { width: 100%; }
    textarea.ac-input { min-height: 64px; }
    .ac-input.ac-choiceSetInput-expanded { padding: 0; row-gap: 4px; display: flex; flex-direction: column; }
    .ac-input input[type=radio], .ac-input input[type=checkbox] { width: 16px; height: 16px; margin: 4px 0; accent-color: ${palette.accent}; }
    ::placeholder { color: ${palette.subtle}; opacity: 1; }
  `;
}
