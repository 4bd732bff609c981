// Before the first paint: the remembered mode, so that a dark desk never flashes white.
try {
  const theme = localStorage.getItem('wayward.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch { /* storage refused: the system's mode applies */ }
