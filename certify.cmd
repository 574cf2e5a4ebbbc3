@rem Windows: certify [pytest arguments]
@py -3 "%~dp0certify" %*
