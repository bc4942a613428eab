// The one table of keys: handlers, the sheet and its texts come from it.

export const KEYS = {
  explorer: [
    ['Move', [
      ['j', 'down', 'Next call'], ['k', 'up', 'Previous call'],
      ['ArrowDown', 'down'], ['ArrowUp', 'up'],
      ['PageDown', 'pageDown', 'A page down'], ['PageUp', 'pageUp', 'A page up'],
      ['Home', 'home', 'First call'], ['End', 'end', 'Last call'],
      ['.', 'nextSameActor', 'Next call of the same actor'],
      [',', 'previousSameActor', 'Previous call of the same actor'],
      [']', 'child', 'First call nested in this one'], ['[', 'parent', 'The call this one is nested in'],
    ]],
    ['Find', [
      ['/', 'focusFilter', 'Filter; Enter applies, Esc goes back'],
      ['g', 'goTo', 'Go to an event, a time, 50%, end'],
      ['e', 'nextError', 'Next error'], ['E', 'previousError', 'Previous error'],
      ['n', 'nextMatch', 'Next match while others are only dimmed'], ['N', 'previousMatch', 'Previous match'],
      ['h', 'hideOrDim', 'Hide or dim what does not pass'],
      ['m', 'bookmark', 'Bookmark the call, or edit its note'], ["'", 'bookmarks', 'Bookmarks'],
    ]],
    ['Timeline', [
      ['w', 'zoomIn', 'Zoom in'], ['s', 'zoomOut', 'Zoom out'], ['a', 'panLeft', 'Earlier'], ['d', 'panRight', 'Later'],
      ['A', 'markA', 'Mark A at the call'], ['B', 'markB', 'Mark B: the time between is told'],
      ['P', 'pinLane', 'Keep the lane of the call in view, or let it go'],
      ['f', 'fitCall', 'Fit the selected call'], ['x', 'byEvent', 'By events instead of time'], ['0', 'wholeTime', 'The whole recording'],
    ]],
    ['Go', [
      ['t', 'stateHere', 'State of the machine at the call'], ['l', 'shapeHere', 'Latency and flame graph'],
      [' ', 'pause', 'Follow a live recording, or pause'],
    ]],
    ['Look', [
      ['c', 'copyJson', 'Copy the call as JSON'], ['C', 'copyLink', 'Copy a link to this view'],
      ['T', 'theme', 'Theme: system, light, dark, high contrast'], ['?', 'sheet', 'These keys'],
      ['Escape', 'escape', 'Close, or clear the filter'], ['Ctrl+K', 'palette', 'All commands'],
    ]],
  ],
  state: [
    ['Move', [
      ['j', 'next', 'Next call'], ['k', 'previous', 'Previous call'], ['b', 'before', 'Before the call, or after it'],
      ['g', 'goTo', 'Go to an event'], ['Enter', 'explorer', 'The call in its recording'],
    ]],
    ['Look', [['T', 'theme', 'Theme'], ['?', 'sheet', 'These keys'], ['Escape', 'escape', 'Close'], ['Ctrl+K', 'palette', 'All commands']]],
  ],
  shape: [
    ['Move', [['o', 'order', 'Flame graph: merged, or in order of time'], ['w', 'weigh', 'Flame graph: as wide as calls took, or as they are many'], ['j', 'next', 'Next kind of call'], ['k', 'previous', 'Previous kind of call'], ['Enter', 'events', 'Its calls'], ['Backspace', 'up', 'Flame graph: one level out']]],
    ['Look', [['T', 'theme', 'Theme'], ['?', 'sheet', 'These keys'], ['Escape', 'escape', 'Close'], ['Ctrl+K', 'palette', 'All commands']]],
  ],
  diff: [
    ['Move', [
      ['n', 'next', 'Next difference'], ['N', 'previous', 'Previous difference'],
      ['p', 'previous', 'Previous difference'],
      ['j', 'next'], ['k', 'previous'], ['ArrowDown', 'next'], ['ArrowUp', 'previous'],
      ['PageDown', 'pageDown', 'A page down'], ['PageUp', 'pageUp', 'A page up'],
      ['Home', 'home', 'First difference'], ['End', 'end', 'Last difference'],
      ['r', 'nextRoot', 'Next cause'], ['R', 'previousRoot', 'Previous cause'],
      ['c', 'causes', 'Causes only, or all differences'], ['i', 'editRules', 'What does not count'],
    ]],
    ['Look', [
      ['a', 'openA', 'Open the left call in its recording'],
      ['b', 'openB', 'Open the right call in its recording'],
      ['T', 'theme', 'Theme: system, light, dark'], ['?', 'sheet', 'These keys'],
      ['Escape', 'escape', 'Close'], ['Ctrl+K', 'palette', 'All commands'],
    ]],
  ],
  recordings: [
    ['Move', [
      ['j', 'down', 'Next recording'], ['k', 'up', 'Previous recording'],
      ['ArrowDown', 'down'], ['ArrowUp', 'up'],
      ['Enter', 'open', 'Open the recording'], ['x', 'select', 'Select for comparing'],
      ['d', 'compare', 'Compare the two selected'], ['n', 'make', 'New recording'],
      ['Delete', 'discardHere', 'Delete the recording'], ['u', 'undo', 'Take a deletion back'],
    ]],
    ['Look', [['Ctrl+K', 'palette', 'All commands'], ['T', 'theme', 'Theme: system, light, dark'], ['?', 'sheet', 'These keys'],
      ['Escape', 'escape', 'Close']]],
  ],
};
